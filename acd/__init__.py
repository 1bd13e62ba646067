"""Who gets which call."""
