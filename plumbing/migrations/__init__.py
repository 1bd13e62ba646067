"""The schema's history, one file a step, applied by `plumbing.database.prepare` at every start."""
