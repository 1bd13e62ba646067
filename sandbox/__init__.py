"""A private PBX, phones, voices and citizens for demo, tests and bench."""
