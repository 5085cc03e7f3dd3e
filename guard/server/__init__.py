"""The server: it reads whole requests before one of them gets a thread."""
