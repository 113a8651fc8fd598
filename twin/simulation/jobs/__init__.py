"""Scheduler: gangs, their queue, and what failures do to them."""
