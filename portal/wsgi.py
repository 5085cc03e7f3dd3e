"""The entry point of gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
site = get_wsgi_application()

# Kept pages know the settings.
from .kept.front import Front  # noqa: E402

application = Front(site)
