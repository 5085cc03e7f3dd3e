"""What others can give."""
