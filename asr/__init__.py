"""From speech to words: decoder children, transcripts, jobs."""
