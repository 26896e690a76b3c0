"""Question sets for bags: made from a bag's ground truth, and checked, whoever wrote them.

Joins bags, the simulator's questions and the judges; no engine is needed.
"""
