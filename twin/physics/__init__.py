"""Pure functions of numpy arrays: the laws, with their units, limits and sources."""
