"""Asterisk's own configuration: the templates, and the one place that fills them in."""
