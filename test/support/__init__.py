"""Helpers shared by tests: tiny real bundles and scripted runners."""
