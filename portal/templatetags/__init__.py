"""What templates of Django know more."""
