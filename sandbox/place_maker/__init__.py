"""What the draft has learned of places, made: from labelled talks to `tickets/places.json`."""
