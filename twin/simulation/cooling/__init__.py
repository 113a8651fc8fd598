"""Cooling: flows, plants, heat and the air at the racks' inlets."""
