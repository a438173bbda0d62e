"""The rules: pure functions over facts; no I/O, no clock."""
