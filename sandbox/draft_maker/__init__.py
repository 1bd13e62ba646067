"""What the draft has learned, made: from labelled talks to `kinds.npz` and a city's `categories.npz`, `urgency.npz`."""
