"""Menus as tables, and the walk of one caller through them."""
