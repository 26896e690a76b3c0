"""Judges of answers, each with a name and a version that stand beside every score."""
