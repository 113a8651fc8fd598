"""Functional Mock-up Units: a facility as one, and a plant that is one (extra `fmu`)."""
