"""The whole house, as somebody meets it who has just started it."""
