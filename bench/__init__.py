"""What it costs, measured: each module prints JSON lines (`python -m bench.NAME`)."""
