"""How large a file of the user's may be: it comes from a stranger, and must not fill the memory."""

LIMIT_BYTES = 10_000_000
"""In one YAML file; long tables belong in CSV files."""
LIMIT_DEPTH = 32
"""Levels of nesting."""
LIMIT_ALIASED_NODES = 100_000
"""Values that the aliases of a file stand for together."""
LIMIT_VALUES = 300_000
"""Values in one file."""
LIMIT_KEYS = 25_000
"""Keys in one mapping."""
LIMIT_NUMBER = 40
"""Characters of one number."""
LIMIT_PROBLEMS = 1000
"""More problems than these are counted and not listed, or a bad file of 10 MB would fill the screen
for an hour."""
