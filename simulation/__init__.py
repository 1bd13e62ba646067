"""模拟: virtual citizens and agents, by a virtual clock, through the very ACD that serves real ones. No I/O."""
