"""Settings of the test run, set before Django is configured; loaded by `-p tests.environment` in pyproject.toml."""

import os
import tempfile
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
os.environ["YOROZU_ENV"] = "test"
os.environ.setdefault("YOROZU_VAR", tempfile.mkdtemp(prefix="yorozu-test-"))
# WhiteNoise warns of a missing folder, and warnings are errors.
(Path(os.environ["YOROZU_VAR"]) / "static").mkdir(parents=True, exist_ok=True)

# A cluster for the tests that ask for one; the site under test uses the embedded index unless a test says otherwise.
os.environ["TEST_ELASTICSEARCH_URL"] = os.environ.pop("ELASTICSEARCH_URL", "")
