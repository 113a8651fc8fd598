"""From YAML text to plain data that knows its lines, and from a value back to its line."""
