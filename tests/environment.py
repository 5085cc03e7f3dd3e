"""Settings of the test run, set before Django is configured; loaded by `-p tests.environment` in pyproject.toml."""

import os
import tempfile

os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
os.environ["YOROZU_ENV"] = "test"
os.environ.setdefault("YOROZU_VAR", tempfile.mkdtemp(prefix="yorozu-test-"))
