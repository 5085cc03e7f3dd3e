"""Catalogues of translations are put together: fewer to look through, and the same texts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from django.utils.translation import trans_real

from portal.operations.catalogues import put_together


@pytest.fixture
def japanese(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Django's translations as a process begins with them."""
    made = trans_real.DjangoTranslation("ja")
    monkeypatch.setitem(trans_real._translations, "ja", made)
    return made


def test_should_leave_few_catalogues(japanese: Any) -> None:
    before = len(japanese._catalog._catalogs)
    assert before > 10
    assert put_together("ja") == len(japanese._catalog._catalogs) <= 3
    assert put_together("ja") <= 3


def test_should_say_what_django_says(japanese: Any) -> None:
    as_begun = trans_real.DjangoTranslation("ja")
    texts = [key for key in islice(as_begun._catalog.keys(), 5_000) if key]
    put_together("ja")
    assert {key if isinstance(key, str) else key[0] for key in texts} >= {"Yes", "Sunday"}
    for key in texts:
        if isinstance(key, str):
            assert japanese.gettext(key) == as_begun.gettext(key)
        else:
            for number in (0, 1, 2):
                assert japanese.ngettext(key[0], "-", number) == as_begun.ngettext(key[0], "-", number)
    assert japanese.gettext("どなたでも") == "どなたでも"
