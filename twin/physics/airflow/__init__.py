"""Air in a room: potential flow, turbulent flow with buoyancy, and where the air of each outlet
goes.

Numpy arrays in, numpy arrays out; nothing here knows a layout. `grid` states the room and needs
numpy alone; what solves (`potential`, `rans`, `transport`) loads numba at the first call (the extra
`airflow`).
"""
