"""Compute: racks that are on, how busy they are, and how fast their clocks go."""
