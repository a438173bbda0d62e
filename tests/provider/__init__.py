"""Against a sign-in provider that is not ours, over HTTP."""
