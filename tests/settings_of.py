"""The settings of another environment, read in a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SCRIPT = """
import json
from portal import settings
print(json.dumps({name: value for name, value in vars(settings).items()
                  if name.isupper() and isinstance(value, (bool, int, str))}))
"""


# What production refuses to start without.
SOUND = {
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST",
    "ALLOWED_HOSTS": "soudan.example.lg.jp",
    "BASE_URL": "https://soudan.example.lg.jp",
}


def settings_of(environment: str, **variables: str) -> dict[str, Any]:
    """Plain values of the settings with nothing set but what is named, and what has to be."""
    kept = {name: os.environ[name] for name in ("PATH", "YOROZU_VAR") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**kept, "YOROZU_ENV": environment, **SOUND, **variables},
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)
