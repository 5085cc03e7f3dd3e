"""What is remembered: anew for who changes it, at once for all when it is committed, as before when it is taken back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import DatabaseError, connection, transaction

from directory import cache
from directory.cache import clear_marks, forget, read_generations, remembered, remembered_each
from directory.models import ContentChange

PART = "part of a test"


@pytest.fixture
def told() -> Iterator[list[str]]:
    """What the table of this test says; the last is what would be read now."""
    yield ["first"]
    cache.forget_all()


def begin() -> None:
    """As a request does, without what else hears of it: Django closes connections then."""
    cache._begin(environ={})


def ask(told: list[str]) -> str:
    """What a page would show."""
    return remembered(PART, "name", lambda: told[-1])


@pytest.mark.django_db
def test_should_read_once(told: list[str]) -> None:
    begin()
    assert ask(told) == "first"
    told.append("second")
    begin()
    assert ask(told) == "first"


@pytest.mark.django_db
def test_should_show_a_change_to_who_makes_it(told: list[str]) -> None:
    begin()
    ask(told)
    with transaction.atomic():
        told.append("second")
        forget(PART)
        assert ask(told) == "second"
        told.append("third")
        assert ask(told) == "second"
        forget(PART)
        assert ask(told) == "third"


@pytest.mark.django_db
def test_should_forget_nothing_that_was_taken_back(told: list[str]) -> None:
    begin()
    ask(told)
    told.append("second")
    with transaction.atomic():
        forget(PART)
        assert ask(told) == "second"
        transaction.set_rollback(True)
    told.pop()
    assert ask(told) == "first"


@pytest.mark.django_db
def test_should_mark_a_part_once_in_a_transaction_and_again_after_a_savepoint(told: list[str]) -> None:
    before = ContentChange.objects.count()
    with transaction.atomic():
        for _time in range(5):
            forget(PART)
        assert ContentChange.objects.count() == before + 1
        with transaction.atomic():
            forget(PART)
            transaction.set_rollback(True)
        forget(PART)
        assert ContentChange.objects.filter(part=PART).exists()


@pytest.mark.django_db(transaction=True)
def test_should_be_seen_by_another_thread_with_its_next_request(told: list[str]) -> None:
    """Two threads with connections of their own: one holds what it knows until its request ends, the next one sees the change."""
    seen: list[str] = []
    step = [threading.Event() for _number in range(3)]

    def other() -> None:
        begin()
        seen.append(ask(told))
        step[0].set()
        step[1].wait(20)
        seen.append(ask(told))
        begin()
        seen.append(ask(told))
        connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    step[0].wait(20)
    told.append("second")
    forget(PART)
    step[1].set()
    thread.join()
    assert seen == ["first", "first", "second"]
    ContentChange.objects.filter(part=PART).delete()


@pytest.mark.django_db
def test_should_give_another_sum_for_every_change_and_clearing() -> None:
    sums = set()
    for _time in range(30):
        ContentChange.objects.create(part=PART, token=cache._token())
        sums.add(read_generations()[PART])
    assert len(sums) == 30
    for _time in range(cache.MOST_MARKS):
        ContentChange.objects.create(part=PART, token=cache._token())
    assert clear_marks() > 0
    assert ContentChange.objects.count() == cache.MOST_MARKS // 2
    assert read_generations()[PART] not in sums


@pytest.mark.django_db
def test_should_let_stand_what_is_only_old_while_nothing_answers(
    told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin()
    ask(told)

    def away(*args: object) -> dict[str, str]:
        raise DatabaseError

    monkeypatch.setattr(cache, "read_generations", away)
    monkeypatch.setattr(cache, "SECONDS", 0.0)
    begin()
    cache._values[PART, "name"] = (cache._values[PART, "name"][0], 0.0, "first")
    assert remembered(PART, "name", away) == "first"
    assert remembered_each(PART, ["name"], lambda names: away()) == {"name": "first"}
    with pytest.raises(DatabaseError):
        remembered(PART, "unknown", away)


@pytest.mark.django_db
def test_should_ask_for_generations_once_a_request(told: list[str], django_assert_num_queries: Callable) -> None:
    begin()
    with django_assert_num_queries(1):
        for number in range(20):
            remembered(f"{PART} {number}", "name", lambda: told[-1])
    cache._begin(environ={cache.ENVIRON: read_generations()})
    with django_assert_num_queries(0):
        ask(told)
