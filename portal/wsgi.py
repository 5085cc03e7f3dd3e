"""The entry point of gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()

# After Django is set up. Workers that are forked from here share what is read.
from portal.operations.warm import read_files  # noqa: E402

read_files()
