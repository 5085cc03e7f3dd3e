"""How a city begins: what `start_municipality` sets up, what is still missing, and the curtain until somebody opens the site."""
