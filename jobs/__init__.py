"""The clock: what happens without a request."""
