"""The ground of a run: its clock, its state, its log, and what every discipline can do."""
