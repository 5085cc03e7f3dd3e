"""Settings of the test run, set before Django is configured; loaded by `-p tests.environment` in pyproject.toml.

A run has one folder; each of its processes has one of its own in it.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

RUN, WORKER = "YOROZU_TEST_RUN", os.environ.get("PYTEST_XDIST_WORKER", "main")

os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
os.environ["YOROZU_ENV"] = "test"
if RUN not in os.environ:
    os.environ[RUN] = tempfile.mkdtemp(prefix="yorozu-test-")
    atexit.register(shutil.rmtree, os.environ[RUN], ignore_errors=True)
    # Servers that run as another user are asked to work below it.
    Path(os.environ[RUN]).chmod(0o755)
os.environ["YOROZU_VAR"] = str(Path(os.environ[RUN]) / WORKER)
# WhiteNoise warns of a missing folder, and warnings are errors.
(Path(os.environ["YOROZU_VAR"]) / "static").mkdir(parents=True, exist_ok=True)

# A cluster for the tests that ask for one; the site under test uses the embedded index unless a test says otherwise.
if (cluster := os.environ.pop("ELASTICSEARCH_URL", None)) is not None or "TEST_ELASTICSEARCH_URL" not in os.environ:
    os.environ["TEST_ELASTICSEARCH_URL"] = cluster or ""
