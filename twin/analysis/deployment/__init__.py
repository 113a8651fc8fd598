"""Where to run: owning, renting, both; pure functions of demand by the hour and prices."""
