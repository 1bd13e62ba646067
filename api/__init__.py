"""The HTTP face: every route in one table."""
