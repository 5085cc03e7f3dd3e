"""Of the Japanese."""
