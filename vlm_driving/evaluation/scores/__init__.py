"""Scores of answers: a row for each question, means with intervals, and baselines beside them."""
