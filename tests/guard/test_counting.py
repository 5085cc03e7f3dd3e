"""Counting: exact, shared, and gone when its time is over."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from guard import counting
from guard.counting import WorkerMemory, count_of, drop_over, give_back, hit, hit_page
from guard.models import Tally
from guard.policy import Limit, Rate

NOW = datetime.fromisoformat("2026-11-24T10:00:00+09:00")
THREE = Limit("three", ("3 per 10 minutes", "5 per day"))
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
def test_should_allow_so_many_and_say_how_long_to_wait() -> None:
    with time_machine.travel(NOW, tick=False) as now:
        assert [hit(THREE, "a").allowed for _try in range(4)] == [True, True, True, False]
        assert 1 <= hit(THREE, "a").wait <= 601
        assert hit(THREE, "b").allowed
        now.shift(timedelta(minutes=11))
        # Three were allowed, five are for a day.
        assert [hit(THREE, "a").allowed for _try in range(2)] == [True, True]
        refused = hit(THREE, "a")
        assert not refused.allowed
        assert refused.wait > 80_000
        now.shift(timedelta(days=1))
        assert hit(THREE, "a").allowed


@pytest.mark.django_db
def test_should_give_back() -> None:
    for _try in range(3):
        assert hit(THREE, "a").allowed
        give_back(THREE, "a")
    assert count_of(THREE, "a") == 0
    give_back(THREE, "never counted")
    assert count_of(THREE, "never counted") == 0


@pytest.mark.django_db
def test_should_keep_nothing_that_can_be_read_and_nothing_for_long() -> None:
    with time_machine.travel(NOW, tick=False) as now:
        hit(THREE, "203.0.113.7", "somebody@example.jp")
        kept = str(list(Tally.objects.values()))
        assert "203.0.113.7" not in kept
        assert "somebody" not in kept
        assert drop_over() == 0
        now.shift(timedelta(days=1, seconds=1))
        assert drop_over() == 2
        assert not Tally.objects.exists()


@pytest.mark.django_db
def test_should_count_right_between_hosts_whose_clocks_differ() -> None:
    five = Limit("five", ("5 per 10 minutes",))
    with time_machine.travel(NOW, tick=False) as now:
        found = []
        for _turn in range(4):
            found.append(hit(five, "a").allowed)
            now.shift(timedelta(hours=1))
            found.append(hit(five, "a").allowed)
            now.shift(-timedelta(hours=1))
        # The first host's first window was over for the second; from there on they share one.
        assert found.count(True) == 6
        assert not hit(five, "a").allowed


@pytest.mark.django_db
def test_should_leave_no_window_that_never_ends() -> None:
    with time_machine.travel("2038-01-19T12:00:00+09:00", tick=False):
        for _try in range(4):
            hit(THREE, "a")
    with time_machine.travel(NOW, tick=False):
        assert hit(THREE, "a").allowed


def test_should_not_grow_without_end_in_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_KEYS", 100)
    memory = WorkerMemory()
    for number in range(1_000):
        memory.incr(f"network {number}", 60)
    assert memory.reset() <= 100


def test_should_keep_no_network_in_the_memory_and_nothing_for_long() -> None:
    rate = Rate("few", ("/",), ("2 per minute",))
    with time_machine.travel(NOW, tick=False) as now:
        hit_page(rate, "203.0.113.7")
        assert counting._MEMORY._counts
        assert "203.0.113.7" not in str(counting._MEMORY._counts)
        now.shift(timedelta(minutes=11))
        hit_page(rate, "198.51.100.9")
        assert len(counting._MEMORY._counts) == 1


def test_should_count_pages_in_the_worker_while_redis_is_away(
    settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody listens there.
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(counting, "_redis_rests_until", 0.0)
    rate = Rate("few", ("/",), ("2 per minute",))
    assert [hit_page(rate, "n").allowed for _try in range(3)] == [True, True, False]
    assert counting._redis_rests_until > 0, "it is not asked again at once"
    monkeypatch.setattr(counting, "_redis_rests_until", 0.0)


SIXTY_FOUR = """
import threading
import django
django.setup()
from django.db import connection
from guard.counting import hit
from guard.policy import Limit
limit, allowed, gate = Limit("crowd", ("10 per hour",)), [], threading.Barrier(64)
def one():
    gate.wait()
    try:
        if hit(limit, "somebody").allowed:
            allowed.append(1)
    finally:
        connection.close()
crowd = [threading.Thread(target=one) for _number in range(64)]
[one.start() for one in crowd]
[one.join() for one in crowd]
print(len(allowed))
"""


def test_should_count_right_when_sixty_four_ask_at_once(tmp_path: Path) -> None:
    """On a database of its own (or, on PostgreSQL, in the server's first one): threads with a connection each."""
    environment = {**os.environ, "YOROZU_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.settings"}

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    run("manage.py", "migrate", "guard", "0001", "--verbosity", "0")
    run("-c", "import django; django.setup(); from guard.models import Tally; Tally.objects.all().delete()")
    assert run("-c", SIXTY_FOUR) == "10"
