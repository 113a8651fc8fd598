"""What goes wrong: faults of the time line, drills, random failures, and their repairs."""
