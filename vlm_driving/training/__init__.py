"""From simulated scenes to a bundle: the only place that imports torch and transformers."""
