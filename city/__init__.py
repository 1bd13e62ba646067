"""What a city configures: hotlines, queues, places."""
