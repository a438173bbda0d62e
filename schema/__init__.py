"""The words: what one can ask, do and follow, one file a noun."""
