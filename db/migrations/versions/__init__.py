"""One file a revision, named by the minute it was made."""
