"""Settings with which the site would run and not be safe: it does not start, and says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.settings_of import settings_of

ROOT = Path(__file__).resolve().parents[2]
KEY = "Zk3vR8wQ1nT6yB0mX5cL9pD2sF7gH4jA-uE_oIqWxVbNtYrMkP"
GOOD = {"SECRET_KEY": KEY, "ALLOWED_HOSTS": "soudan.example.lg.jp", "BASE_URL": "https://soudan.example.lg.jp"}


def start(tmp_path: Path, *command: str, **changed: str) -> subprocess.CompletedProcess:
    """Run a command with the settings of production, but for what is changed ("" takes a setting away)."""
    kept = {"PATH": os.environ["PATH"], "YOROZU_VAR": str(tmp_path)}
    given = {name: value for name, value in (GOOD | changed).items() if value}
    return subprocess.run(
        [sys.executable, *(command or ("-c", "from portal import settings"))],
        env=kept | given,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": KEY[:49]}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY"),
        ({"SECRET_KEY": "changeme"}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": " , "}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "soudan.example.lg.jp,*"}, "ALLOWED_HOSTS"),
        ({"BASE_URL": ""}, "BASE_URL"),
        ({"BASE_URL": "soudan.example.lg.jp"}, "BASE_URL"),
        ({"BASE_URL": "javascript:alert(1)"}, "BASE_URL"),
        ({"BASE_URL": "https://soudan.example.lg.jp:port"}, "BASE_URL"),
        ({"BASE_URL": "https://soudan.example.lg.jp/yorozu"}, "BASE_URL"),
        ({"BASE_URL": "http://soudan.example.lg.jp"}, "https"),
        ({"BASE_URL": "https://evil.example"}, "ALLOWED_HOSTS"),
        ({"YOROZU_ENV": "prodution"}, "YOROZU_ENV"),
        ({"SECURE_SSL_REDIRECT": "ture"}, "SECURE_SSL_REDIRECT"),
        ({"STAFF_SECOND_FACTOR": "ja"}, "STAFF_SECOND_FACTOR"),
        ({"BEHIND_PROXY": "nginx"}, "BEHIND_PROXY"),
        ({"BEHIND_PROXY": "99"}, "BEHIND_PROXY"),
        ({"RATE_LIMITS": "on please"}, "RATE_LIMITS"),
    ],
)
def test_should_refuse_to_start(tmp_path: Path, changed: dict[str, str], said: str) -> None:
    done = start(tmp_path, **changed)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("django.core.exceptions.ImproperlyConfigured")
    assert said in last
    assert KEY not in done.stderr


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"BASE_URL": "https://soudan.example.lg.jp/"},
        {"ALLOWED_HOSTS": ".example.lg.jp"},
        {"BASE_URL": "http://soudan.example.lg.jp", "SECURE_SSL_REDIRECT": "false"},
        {"BEHIND_PROXY": "true"},
        {"BEHIND_PROXY": "2"},
    ],
)
def test_should_start_with_sound_settings(tmp_path: Path, changed: dict[str, str]) -> None:
    done = start(tmp_path, **changed)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("given", "proxies"), [("", 0), ("false", 0), ("true", 1), ("1", 1), ("2", 2), ("0", 0)])
def test_should_count_the_proxies_in_front(given: str, proxies: int) -> None:
    found = settings_of("production", **({"BEHIND_PROXY": given} if given else {}))
    assert found["PROXIES"] == proxies


def test_should_pass_the_deployment_check_without_a_warning(tmp_path: Path) -> None:
    """With the three settings that the README names and nothing else."""
    done = start(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "WARNINGS" not in done.stderr
