"""A worker has searched once before its first visitor comes."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.operations.warm import ask_once, read_files
from search import ear, engines

pytestmark = pytest.mark.django_db


def test_should_read_files_without_a_database(django_assert_num_queries: Callable) -> None:
    ear.forget_ear()
    with django_assert_num_queries(0):
        read_files()
    assert ear._loaded


def test_should_search_once(caplog: pytest.LogCaptureFixture, django_assert_max_num_queries: Callable) -> None:
    ask_once()
    with caplog.at_level(logging.WARNING), django_assert_max_num_queries(12):
        ask_once()
    assert not caplog.records


def test_should_start_all_the_same_where_nothing_can_be_searched(
    own_index: Path, settings: object, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.rmtree(settings.SEARCH_DICTIONARY_DIR)
    shutil.rmtree(own_index)
    engines.forget_engines()
    ask_once()
