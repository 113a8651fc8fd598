"""From loops, air handlers and plants to the thermal network, and its design point."""
