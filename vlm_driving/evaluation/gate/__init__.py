"""Two runs compared, and the gates that a team sets between them."""
