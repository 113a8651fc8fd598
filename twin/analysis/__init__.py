"""Pure readers of a facility or a result: each answers one question and changes nothing."""
