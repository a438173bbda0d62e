"""The keys: who is asking, and whose rows they may see."""
