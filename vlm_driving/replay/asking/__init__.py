"""Questions of a set, put to a model: on the frames of a replay, or on pictures in files."""
