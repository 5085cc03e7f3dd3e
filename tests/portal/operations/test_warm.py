"""A worker has searched once before its first visitor comes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.template import engines

from directory.cache import forget_all
from portal.operations.warm import ask_once, read_files
from search import ear


@pytest.mark.django_db
def test_should_read_files_without_a_database(django_assert_num_queries: Callable) -> None:
    ear.forget_ear()
    with django_assert_num_queries(0):
        read_files()
    assert ear._loaded
    assert len(engines["jinja2"].env.cache) > 100


@pytest.mark.django_db
def test_should_search_once(caplog: pytest.LogCaptureFixture, django_assert_max_num_queries: Callable) -> None:
    ask_once()
    with caplog.at_level(logging.WARNING), django_assert_max_num_queries(12):
        ask_once()
    assert not caplog.records


def test_should_start_all_the_same_where_nothing_can_be_asked(caplog: pytest.LogCaptureFixture) -> None:
    """This test may not use the database, and neither may the worker. In a thread of its own: in the main one the browser of
    another test may run, beside which Django refuses databases for a reason that no worker has."""
    forget_all()
    with caplog.at_level(logging.WARNING), ThreadPoolExecutor(1) as worker:
        worker.submit(ask_once).result()
    assert [record.message for record in caplog.records if "could not be tried" in record.message]
