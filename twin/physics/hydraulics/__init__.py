"""Liquid in pipes: fluids, friction, pumps and networks, as pure functions of arrays."""
