"""From what was said to a draft ticket that a person confirms."""
