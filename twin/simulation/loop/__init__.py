"""The loop: order, clock, what all disciplines share, and the run itself."""
