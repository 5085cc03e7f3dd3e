"""Django's PostgreSQL, with readers who do not wait without end for a server that hangs (settings.DATABASES)."""
