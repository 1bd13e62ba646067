"""Two legs a conversation: taken in, hashed, found again."""
