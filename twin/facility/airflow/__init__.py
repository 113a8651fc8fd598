"""From a planner's layout to a room that an airflow solver takes: bodies, openings, panels,
grid.
"""
