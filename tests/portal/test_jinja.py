"""What templates make of texts, and of what is not there."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.template import engines
from django.utils.translation import override
from jinja2 import TemplateSyntaxError

from portal import jinja


def made(text: str, **values: object) -> str:
    """A template with its values."""
    return engines["jinja2"].from_string(text).render(values)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ _('<b>はい</b>') }}", "<b>はい</b>"),
        ("{{ _('5%') }}{% if _('x') == 'x' %}!{% endif %}", "5%!"),
        ("{% trans name=value %}{{ name }}の<b>窓口</b>{% endtrans %}", "&lt;i&gt;&amp;の<b>窓口</b>"),
        ("{% trans name=value|upper %}{{ name }}は5%{% endtrans %}", "&lt;I&gt;&amp;は5%"),
        ("{% trans %}{{ value }}と{{ other }}{% endtrans %}", "&lt;i&gt;&amp;と2"),
        ("{{ value }}{{ _('a') ~ value }}", "&lt;i&gt;&amp;a&lt;i&gt;&amp;"),
        ("{{ nothing }}{{ nothing.of.it[1] }}{% if other.than.this %}!{% endif %}", ""),
    ],
)
def test_should_escape_values_and_leave_texts_as_they_are(text: str, shown: str) -> None:
    assert made(text, value="<i>&", other=2) == shown


def test_should_translate_into_the_language_of_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once: whoever compiles the template first, and in whatever language they read the admin."""
    words = {"はい": "yes", "%(name)sさん、5%%": "Dear <u>%(name)s</u>, 5%%"}
    monkeypatch.setattr(jinja, "gettext", lambda text: words.get(text, text))
    with override("en"):
        assert made("{{ _('はい') }}") == "yes"
        assert made("{% trans name=who %}{{ name }}さん、5%{% endtrans %}", who="A&B") == "Dear <u>A&amp;B</u>, 5%"


def test_should_refuse_values_that_would_be_lost() -> None:
    with pytest.raises(TemplateSyntaxError, match="trans"):
        made("{% set text = _('%(n)s件', n=1) %}{{ text }}")


def test_should_write_days_as_the_city_has_them() -> None:
    """What happened at half past six in the morning happened that day, though it was the day before in Greenwich."""
    moment = datetime(2026, 9, 2, 21, 30, tzinfo=UTC)
    assert made("{{ value|jdate }}", value=moment) == "2026年9月3日"
    assert made("{{ value|jdate }}", value=date(2026, 9, 3)) == made("{{ '2026-09-03T10:00'|jdate }}") == "2026年9月3日"
