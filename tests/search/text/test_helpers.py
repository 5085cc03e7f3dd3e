"""Processes that analyse texts: they read as this one does, and end with whoever started them."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from search.text import helpers
from search.text.analysis import analysis_state, words_of
from search.text.helpers import Helper, Helpers

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture
def helper():
    helper = Helper()
    yield helper
    helper.close()


def test_should_refuse_what_was_read_with_another_dictionary(helper):
    helper.ask([("居場所", True)], 100)
    assert helper.answer("another") is None
    helper.ask([("居場所", True), ("体操", False)], 100)
    assert helper.answer(analysis_state()) == [
        words_of("居場所", limit=100),
        words_of("体操", limit=100, with_grams=False),
    ]


def test_should_need_no_helper_on_one_core(monkeypatch):
    monkeypatch.setattr(helpers, "cores", lambda: 1)
    monkeypatch.setattr(helpers, "Helper", lambda: pytest.fail("a process was started"))
    team = Helpers()
    team.start()
    assert team.free() is None


def test_should_leave_no_helper_behind_a_killed_rebuild(tmp_path):
    code = (
        "import time; from django.conf import settings; "
        f"settings.configure(SEARCH_DICTIONARY_DIR={str(tmp_path)!r}); "
        "from search.text.helpers import Helper; helper = Helper(); print(helper._process.pid, flush=True); time.sleep(60)"
    )
    builder = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with builder:
        number = int(builder.stdout.readline())
        assert is_running(number)
        builder.kill()
    deadline = time.monotonic() + 30
    while is_running(number) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_running(number)


def is_running(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
