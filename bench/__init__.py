"""The bench: what an operation costs here, beside its floor and its peers (bench/README.md)."""
