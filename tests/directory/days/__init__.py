"""Bad days."""
