"""What a GPU makes of a served model: its kernels, their number formats, the software beside them,
and what it draws. One owner for forecasts and for the services of a run.
"""
