"""The first page after the log-in: what waits for whoever looks, what they began, and what ends soon."""
