"""From power groups to the power tree, and what every node of it carries."""
