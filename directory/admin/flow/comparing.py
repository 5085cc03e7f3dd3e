"""What differs between what is public and a version that waits, field by field, in the words in which residents read it.

Public words are made of the two public projections (`public.projection`), so that nothing stands here that a resident would not
see; what is left of the columns is for staff, and marked so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...hours.text import describe_exceptions, describe_schedule
from ...models import Resource
from ...public.facts import FIRST_VISIT, OWN, WHO, Fact, plain, value_of
from ...public.projection import project
from ...public.record import PublicResource
from ..list_files import cell

# Longer texts are compared line by line: letter by letter takes the square of their length.
LONGEST_BY_LETTER = 1_500
# A time, a number, an address differ as a whole: half of one that is marked reads as another.
TOKENS = re.compile(r"[0-9A-Za-z][0-9A-Za-z:.,@-]*|.", re.DOTALL)
# Below this share of common letters marks would only flicker.
ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a page: what it is called, its words, and the names of what an editor fills in for it."""

    key: str
    label: str | Promise
    words: Callable[[PublicResource], str]
    columns: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the form's fields and children."""
        return self.columns or (self.key,)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison. `old` is "" where there was nothing, or nothing was public."""

    key: str
    label: str
    old: str
    new: str
    is_staff: bool = False
    inputs: tuple[str, ...] = field(default=(), compare=False)

    @property
    def changed(self) -> bool:
        """Whether it differs."""
        return self.old != self.new

    @property
    def old_marked(self) -> SafeString:
        """The old words, with what is gone marked."""
        return _marked(self.old, self.new, "del")

    @property
    def new_marked(self) -> SafeString:
        """The new words, with what was added marked."""
        return _marked(self.new, self.old, "ins")


def _marked(text: str, other: str, tag: str) -> SafeString:
    by_letter = max(len(text), len(other)) <= LONGEST_BY_LETTER
    here, there = (TOKENS.findall(one) if by_letter else one.splitlines(True) for one in (text, other))
    matcher = SequenceMatcher(None, there, here, autojunk=False)
    if not other or (by_letter and matcher.ratio() < ALIKE):
        return format_html("{}", text)
    found = [(kind, "".join(here[start:end])) for kind, _a, _b, start, end in matcher.get_opcodes() if start != end]
    marked = (words if kind == "equal" else format_html(f"<{tag}>{{}}</{tag}>", words) for kind, words in found)
    return format_html_join("", "{}", ((words,) for words in marked))


def _lines(*lines: object) -> str:
    return "\n".join(filter(None, map(plain, lines)))


def _channels(entry: PublicResource) -> str:
    return "\n".join(
        " ".join(filter(None, (channel.label, channel.value, channel.hours, channel.note)))
        for channel in entry.channels
    )


def _names(values: Iterable[Any]) -> str:
    return _("、").join(value.name for value in values)


def _opening(entry: PublicResource) -> str:
    return _lines(*describe_schedule(entry.schedule, timezone.localdate()))


def _place(name: str) -> Callable[[PublicResource], str]:
    return lambda entry: str(getattr(entry.place, name)) if entry.place else ""


def _address(entry: PublicResource) -> str:
    place = entry.place
    return _lines(place.postal_code and f"〒{place.postal_code}", place.address) if place else ""


def _point(entry: PublicResource) -> str:
    place = entry.place
    return f"{place.lat}, {place.lon}" if place and place.lat is not None else ""


def _cost(entry: PublicResource) -> str:
    return _lines(entry.shown_cost or "", entry.cost_note)


def _verified(entry: PublicResource) -> str:
    return _lines(entry.verified_on or "", entry.verified_by or "")


def _texts(entry: PublicResource) -> str:
    return "\n\n".join(_lines(text.language, text.name, text.summary, text.body) for text in entry.texts)


def _steps(entry: PublicResource) -> str:
    return "\n".join(" ".join(filter(None, (step.name, step.note))) for step in entry.next_steps)


def _photo(entry: PublicResource) -> str:
    return _("写真 {number}「{words}」").format(number=entry.photo.image, words=entry.photo.alt) if entry.photo else ""


def _own(entry: PublicResource) -> str:
    return _lines(entry.organisation.name, entry.organisation.operator)


def _column(name: str) -> Callable[[PublicResource], str]:
    return lambda entry: plain(getattr(entry, name))


def _fact(fact: Fact) -> Callable[[PublicResource], str]:
    def words(entry: PublicResource) -> str:
        value = value_of(entry, fact)
        return "" if value is None else fact.words(value)

    return words


_OWN_COLUMNS = {"_weekly": ("hours_min", "hours_max"), "_pay": ("pay", "pay_note")}


def _facts(facts: Iterable[Fact]) -> Iterator[Piece]:
    for fact in facts:
        last = fact.field.rpartition(".")[2]
        columns = _OWN_COLUMNS.get(getattr(fact.words, "__name__", ""), (last,))
        yield Piece(columns[0], fact.label, _fact(fact), columns)


# In the order of the public page.
BEFORE = (
    Piece("name", gettext_lazy("名前"), _column("name")),
    Piece("reading", gettext_lazy("よみ"), _column("reading")),
    Piece("summary", gettext_lazy("ひとことで"), _column("summary")),
    Piece("channels", gettext_lazy("連絡する"), _channels),
    Piece("photo", gettext_lazy("写真"), _photo, ("photo", "photo_alt")),
    Piece("body", gettext_lazy("くわしく"), _column("body")),
    Piece("needs", gettext_lazy("こんな困りごとに"), lambda entry: _names(entry.needs)),
)
AFTER = (
    Piece("opening_rules", gettext_lazy("いつ"), _opening),
    Piece("hours_note", gettext_lazy("時間の備考"), _column("hours_note")),
    Piece(
        "opening_exceptions",
        gettext_lazy("いつもとちがう日"),
        lambda entry: _lines(*describe_exceptions(entry.schedule, timezone.localdate())),
    ),
    Piece("place_name", gettext_lazy("場所"), _place("name")),
    Piece("address", gettext_lazy("住所"), _address, ("address", "town", "postal_code")),
    Piece("access_note", gettext_lazy("行き方"), _place("access_note")),
    Piece("lat", gettext_lazy("地図の位置"), _point, ("lat", "lon")),
    Piece("areas", gettext_lazy("対象の地域"), lambda entry: _names(entry.areas)),
    Piece(
        "eligibility",
        gettext_lazy("対象"),
        lambda entry: _lines(entry.eligibility, entry.audiences, entry.eligibility_note),
        ("eligibility", "audiences", "eligibility_note"),
    ),
    Piece("cost", gettext_lazy("費用"), _cost, ("cost", "cost_note")),
    *_facts(WHO),
    Piece("accessibility", gettext_lazy("設備・配慮"), _column("accessibility")),
    *_facts(FIRST_VISIT),
    Piece("first_visit_note", gettext_lazy("はじめての日のこと"), _column("first_visit_note")),
    Piece("easy", gettext_lazy("やさしい日本語"), _column("easy")),
    Piece("texts", gettext_lazy("ほかの言葉"), _texts),
    Piece("next_steps", gettext_lazy("次の一歩"), _steps),
    Piece("organisation", gettext_lazy("団体"), _own),
    Piece("type", gettext_lazy("機関の種類"), lambda entry: entry.type.name),
    Piece("fields", gettext_lazy("分野"), lambda entry: _names(entry.fields)),
    Piece("verified_on", gettext_lazy("確認した日"), _verified, ("verified_on", "verified_by")),
    Piece("source", gettext_lazy("もとの資料"), _column("source")),
    Piece("ends_on", gettext_lazy("載せる最後の日"), _column("ends_on")),
    Piece("succeeded_by", gettext_lazy("あとを引きつぐ案内"), _column("succeeded_by")),
)


def pieces(entry: Resource) -> tuple[Piece, ...]:
    """All that a page of the entry's kind says."""
    return (*BEFORE, *_facts(OWN[entry.specific.KIND][1]), *AFTER)


def compare(live: Resource | None, waiting: Resource) -> list[Row]:
    """All rows, changed or not, in the order of the page; then what only staff know.

    `live` is what is public now, None for what is not. Raises ValueError for a type that has no public page.
    """
    before = project(live) if live else None
    after = project(waiting, draft=True)
    found: list[Row] = []
    said: set[str] = set()
    for piece in pieces(waiting):
        words = piece.words(after).strip()
        old = piece.words(before).strip() if before else ""
        found.append(Row(piece.key, str(piece.label), old, words, inputs=piece.inputs))
        said.update(piece.inputs)
    return found + list(_of_staff(live, waiting, said))


# What no editor writes, or what stands elsewhere on the page.
_NOT_COMPARED = frozenset({"first_published_at", "last_published_at", "live_revision", "latest_revision", "locked_by"})


def _of_staff(live: Resource | None, waiting: Resource, said: set[str]) -> Iterator[Row]:
    specific = waiting.specific
    others = [
        column
        for column in (*specific._meta.concrete_fields, *specific._meta.many_to_many)
        if column.editable
        and not column.primary_key
        and not getattr(column.remote_field, "parent_link", False)
        and column.name not in said | _NOT_COMPARED
    ]
    for column in others:
        old = _cell(live.specific, column.name) if live else ""
        label = str(getattr(column, "verbose_name", column.name))
        yield Row(column.name, label, old, _cell(specific, column.name), True, (column.name,))


def _cell(entry: Resource, name: str) -> str:
    value = cell(entry, name)
    if isinstance(value, datetime):
        moment = timezone.localtime(value)
        return f"{plain(moment.date())} {moment:%H:%M}"
    return plain(value)
