"""Bags in, runs out: recorded camera frames through the same pipeline as on the vehicle, no ROS."""
