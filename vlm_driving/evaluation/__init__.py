"""Reads runs: figures, scores and the one-page report. Knows no engine."""
