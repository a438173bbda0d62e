"""Whose rows, proved: every way through the schema, asked by everybody, through each wall alone."""
