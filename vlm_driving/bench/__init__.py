"""How fast a bundle answers, how well, and how that compares with others on the same machine."""
