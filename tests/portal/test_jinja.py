"""What templates make of texts, and of what is not there."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.template import engines
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, override
from jinja2 import Environment, TemplateSyntaxError
from markupsafe import Markup, escape

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


class Named(str):
    """A text of a kind of its own."""

    __slots__ = ()


class Pretending:
    """Something that says of itself what it is as HTML."""

    def __html__(self) -> str:
        return "<hr>"

    def __str__(self) -> str:
        return "<b>"


@pytest.mark.parametrize(
    "value",
    [
        "", "相談", "a&b", "<script>", "it's", 'a"b', ">", 0, 3.5, None, True, [1, "<"], {"<": "&"}, b"<",
        Markup("<b>"), mark_safe("<i>&"), format_html("<u>{}</u>", "<"), gettext_lazy("<b>はい</b>"), Named("<b>"), Pretending(),
    ],
)  # fmt: skip
def test_should_escape_just_what_jinja_escapes(value: object) -> None:
    shown = jinja.Pages.shown(value)
    assert shown == escape(value)
    assert made("{{ value }}", value=value) == str(escape(value))
    assert made("{% macro own(it) %}<p>{{ it }}{% endmacro %}{{ own(value) }}", value=value) == f"<p>{escape(value)}"


class Thing:
    """Has an attribute, and keys."""

    name = "attribute"

    def __getitem__(self, key: str) -> str:
        if key == "missing":
            raise KeyError(key)
        return f"key {key}"


class Keyed(dict):
    """A dictionary with an attribute of its own."""

    own = "attribute"


@pytest.mark.parametrize(
    "expression", ["it.name", "it.items", "it.missing", "it.own", "it['items']", "it.missing.more"]
)
@pytest.mark.parametrize(
    "it", [{"name": "<a>", "items": 1, "own": 2}, {}, Thing(), Keyed(own="key", name="n"), "text", None, 5, ("x",)]
)
def test_should_find_what_jinja_finds(expression: str, it: object) -> None:
    environment = engines["jinja2"].env
    stock = Environment(autoescape=True, undefined=environment.undefined)
    text = (
        "{{ ("
        + expression
        + ") is defined }} {{ "
        + expression
        + " is callable }} {{ "
        + expression
        + " or 'nothing' }}"
    )
    expected = stock.from_string(text).render(it=it)
    found = environment.from_string(text).render(it=it)
    # A method says where it lies.
    assert found.split(" object at ")[0] == expected.split(" object at ")[0]


def test_should_give_macros_what_they_ask_for() -> None:
    text = "{% macro own(a, b='2', c=none) %}{{ a }}{{ b }}{{ c }}{{ caller() if caller else '' }};{% endmacro %}"
    text += "{{ own(1) }}{{ own('<', c=3) }}{% for x in [4] %}{{ own(x, loop.index) }}{% endfor %}"
    text += "{% call own(5, 6, 7) %}<hr>{% endcall %}"
    assert made(text) == "12None;&lt;23;41None;567<hr>;"
