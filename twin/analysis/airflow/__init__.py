"""What is read from the solved air of a hall: temperatures, measures, classes."""
