"""What one kernel takes over its shapes: work, ceilings, surfaces and their fit. Needs no more than
numpy until it fits, so that a bare machine can measure.
"""
