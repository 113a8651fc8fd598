"""What a design costs and earns: finance as pure functions, cost blocks, the figures of a run.

frames   `cost_tables`, of a run
named    `figures`, of a result; loads nothing of the rest
"""
