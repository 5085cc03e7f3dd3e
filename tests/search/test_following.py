"""A worker lets the indexes follow by itself."""

from __future__ import annotations

import threading

import pytest

from search import following


def test_should_look_at_its_start_and_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = threading.Semaphore(0)
    monkeypatch.setattr(following, "FOLLOW_SECONDS", 0.01)
    monkeypatch.setattr(following, "follow_later", looked.release)
    ended = following.start_following()
    try:
        assert all(looked.acquire(timeout=10) for _time in range(3))
    finally:
        ended.set()
        for thread in threading.enumerate():
            if thread.name == "follow-index":
                thread.join(10)
