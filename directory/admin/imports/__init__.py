"""A register in and out, on pages: choose a file, match its columns, look at what would happen, take it in, take it back."""
