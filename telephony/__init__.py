"""Asterisk on one side, our words on the other."""
