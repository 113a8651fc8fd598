"""Potential flow of a room: one Poisson solve, an answer in a second."""
