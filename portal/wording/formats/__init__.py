"""How days are written where a page leaves it to Django (FORMAT_MODULE_PATH)."""
