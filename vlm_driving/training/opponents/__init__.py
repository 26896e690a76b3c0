"""What the bench compares us with: the same weights, run by somebody else's code."""
