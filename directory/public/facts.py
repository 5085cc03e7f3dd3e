"""Facts of a resource in words. Each is declared here, once: for its page, what is searched, a facet, and files.

What needs more than a label and words (a place, hours, chips, links) has a part of the page of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Choices, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..choices import Booking, Kind, label_of
from .record import PublicResource, WorkFacts


def plain(value: Any) -> str:
    """A text as it was written, a day, the name of what was chosen, or of several; "" for nothing."""
    if isinstance(value, tuple):
        return gettext("、").join(map(plain, value))
    if isinstance(value, date):
        return gettext("{year}年{month}月{day}日").format(year=value.year, month=value.month, day=value.day)
    return label_of(value) if isinstance(value, Choices) else str(value or "")


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of `PublicResource`, or of what only one kind has ("gathering.meal"): what it is called, and what it says.

    `words` makes "" where there is nothing to say. `is_searched`: people type such words. `facet`: the choices by which lists
    are narrowed, as a facet of the field's name; `is_slot`: a question may say one beside its matter (`vocabulary/hints.csv`).
    """

    field: str
    label: str | Promise
    words: Callable[[Any], str] = plain
    is_searched: bool = False
    facet: type[TextChoices] | None = None
    is_slot: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What a fact says of one resource."""

    field: str
    label: str
    words: str


def either(yes: str | Promise, no: str | Promise) -> Callable[[bool | None], str]:
    """Words for yes and for no. Such facts are not searched: who looks for a meal would find where there is none."""
    return lambda value: "" if value is None else str(yes if value else no)


def unless(silent: Choices) -> Callable[[Choices], str]:
    """The name of what was chosen, but of one choice nothing."""
    return lambda value: "" if value == silent else plain(value)


def _weekly(work: WorkFacts) -> str:
    least, most = work.hours_min, work.hours_max
    if least is not None and least == most:
        return gettext("{hours}時間").format(hours=least)
    words = gettext("{hours}時間から").format(hours=least) if least is not None else ""
    return words + (gettext("{hours}時間まで").format(hours=most) if most is not None else "")


def _pay(work: WorkFacts) -> str:
    return "\n".join(filter(None, (plain(work.pay), work.pay_note)))


WHO = (Fact("languages", _("話せることば"), is_searched=True),)
FIRST_VISIT = (
    Fact("booking", _("予約"), unless(Booking.UNKNOWN)),
    Fact("can_observe", _("見学"), either(_("見るだけでも大丈夫です"), _("見学はできません"))),
    Fact("can_come_alone", _("一人で"), either(_("一人で行って大丈夫です"), _("だれかと一緒に来てください"))),
    Fact(
        "companion_welcome",
        _("付き添い"),
        either(_("家族や支援者と一緒でも大丈夫です"), _("ご本人だけで来てください")),
    ),
)
# What only one kind has: the heading above it, and its facts.
OWN: dict[Kind, tuple[str | Promise, tuple[Fact, ...]]] = {
    Kind.DESK: (
        _("この窓口のこと"),
        (
            Fact("desk.any_attribute", _("相談の内容"), either(_("年齢や分野を問わず、何でも話せます"), "")),
            Fact("desk.programme", _("位置づけ")),
        ),
    ),
    Kind.PLACE: (
        _("この居場所のこと"),
        (
            Fact(
                "gathering.drop_in",
                _("参加のしかた"),
                either(_("ふらっと行って、好きなときに帰れます"), _("始まりと終わりの時間が決まっています")),
            ),
            Fact("gathering.meal", _("食事"), either(_("食事があります"), _("食事はありません"))),
            Fact("gathering.indoors", _("屋内・屋外"), either(_("屋内です"), _("屋外です"))),
            Fact("gathering.capacity", _("人数")),
            Fact("gathering.run_by", _("開いている人"), is_searched=True),
        ),
    ),
    Kind.VOLUNTEER: (
        _("お願いしたいこと"),
        (
            Fact("volunteer.activity", _("すること"), is_searched=True),
            Fact("volunteer.commitment", _("どのくらい"), is_searched=True),
            Fact("volunteer.skills", _("いかせること"), is_searched=True),
            Fact("volunteer.insurance", _("保険")),
            Fact("volunteer.deadline", _("しめきり")),
        ),
    ),
    Kind.WORK: (
        _("働き方"),
        (
            Fact("work.pathway", _("種類"), is_searched=True),
            Fact("work", _("1週間の時間"), _weekly),
            Fact("work", _("受け取るお金"), _pay),
            Fact("work.support", _("働くときの手助け"), is_searched=True),
        ),
    ),
}


def facts_of(kind: Kind) -> tuple[Fact, ...]:
    """All that are declared for a kind."""
    return (*WHO, *FIRST_VISIT, *OWN[kind][1])


def narrowing() -> tuple[Fact, ...]:
    """Those by which lists are narrowed."""
    declared = (*WHO, *FIRST_VISIT, *(fact for _heading, own in OWN.values() for fact in own))
    return tuple(fact for fact in declared if fact.facet)


def said(resource: PublicResource, facts: Iterable[Fact]) -> list[Said]:
    """Those that say something of the resource."""
    return [Said(fact.field, str(fact.label), words) for fact, words in _in_words(resource, facts)]


def value_of(resource: PublicResource, fact: Fact) -> Any:
    """What the field holds; None also where the resource is of another kind."""
    value: Any = resource
    for name in fact.field.split("."):
        value = getattr(value, name, None)
    return value


def searched(resource: PublicResource) -> Iterator[str]:
    """The words of those that are searched."""
    # Without labels, which nobody searches: each would be translated, for every record of a rebuild.
    for _fact, words in _in_words(resource, (fact for fact in facts_of(resource.kind) if fact.is_searched)):
        yield words


def _in_words(resource: PublicResource, facts: Iterable[Fact]) -> Iterator[tuple[Fact, str]]:
    for fact in facts:
        if (value := value_of(resource, fact)) is not None and (words := fact.words(value)):
            yield fact, words
