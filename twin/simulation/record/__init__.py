"""The record: integrals of everything that is reported, and what is being lost."""
