"""Air: the weather outside, and exhaust that comes back to a rack."""
