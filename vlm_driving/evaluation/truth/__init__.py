"""What was published, judged against truth: advice, hazards and the description of each frame."""
