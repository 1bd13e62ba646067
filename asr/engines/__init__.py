"""Speech recognisers behind one port."""
