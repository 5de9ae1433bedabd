"""People: a bust in a few calm shapes, before a softened place or a plain halo."""
