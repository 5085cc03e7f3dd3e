"""How complete an entry is: what it needs to be published, and what residents miss most where it is not said.

One definition for the bar above the form and for lists; what refuses a submission are the model's own rules. It looks at a
resource as it would be published, not at a form: whoever has half a form makes a resource of it first (`entry_form.as_written`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ...choices import WITHOUT_VOICE, Booking, Cost, Kind
from ...models import Resource

Question = Callable[[Resource], bool]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that an entry should say. `field`: where it is written; `why`: what residents lack without it.

    `is_said` and `concerns` ask a resource; what does not concern it is not counted.
    """

    field: str
    label: str | Promise
    why: str | Promise
    is_said: Question
    is_needed: bool = False
    concerns: Question = lambda resource: True


@dataclass(frozen=True, slots=True)
class Completeness:
    """What an entry says and what it lacks, in the order of its form."""

    said: tuple[Fact, ...]
    missing: tuple[Fact, ...]

    @property
    def needed(self) -> tuple[Fact, ...]:
        """What is still needed to publish it."""
        return tuple(fact for fact in self.missing if fact.is_needed)

    @property
    def missed(self) -> tuple[Fact, ...]:
        """What residents will miss, although it can be published."""
        return tuple(fact for fact in self.missing if not fact.is_needed)

    @property
    def of(self) -> int:
        """How many facts are counted."""
        return len(self.said) + len(self.missing)

    @property
    def percent(self) -> int:
        """From 0 to 100; 100 only where nothing is missing."""
        return 100 * len(self.said) // self.of


def _has(field: str) -> Question:
    return lambda resource: bool(getattr(resource, field, None))


def _has_several(field: str) -> Question:
    return lambda resource: bool(list(getattr(resource, field).all()))


def _channels(*, besides_phone: bool) -> Question:
    def asked(resource: Resource) -> bool:
        kinds = {channel.kind for channel in resource.channels.all()}
        return bool(kinds & WITHOUT_VOICE if besides_phone else kinds)

    return asked


def _has_place(resource: Resource) -> bool:
    return bool(resource.town_id or resource.address or resource.place_name)


def _shows_place(resource: Resource) -> bool:
    """Whether its type lets its place be known; a draft may have no type yet."""
    return not (resource.type and resource.type.hides_address)


def _says_first_day(resource: Resource) -> bool:
    return bool(resource.first_visit_note) or resource.booking != Booking.UNKNOWN


def _says_when(resource: Resource) -> bool:
    return bool(resource.hours_note) or bool(list(resource.opening_rules.all()))


NEEDED = (
    Fact("name", _("名前"), _("名前がないと、一覧にも検索にも出せません"), _has("name"), True),
    Fact("summary", _("ひとことで"), _("一覧で読まれるのは、名前とこの文だけです"), _has("summary"), True),
    Fact("organisation", _("機関・団体"), _("だれがしているか分かると、安心して連絡できます"), _has("organisation_id"), True),
    Fact("type", _("機関の種類"), _("困りごとから、この案内にたどり着く道になります"), _has("type_id"), True),
    Fact("fields", _("分野"), _("分野からさがす人に見つけてもらえます"), _has_several("fields"), True),
    Fact("areas", _("対象の圏域"), _("住んでいるところの案内だと分かります"), _has_several("areas"), True),
)  # fmt: skip
# What only one kind has, and cannot be published without.
OWN: dict[Kind, tuple[Fact, ...]] = {
    Kind.DESK: (),
    Kind.PLACE: (),
    Kind.VOLUNTEER: (
        Fact("activity", _("すること"), _("何をするのか分かると、やってみようと思えます"), _has("activity"), True),
    ),
    Kind.WORK: (
        Fact("pathway", _("働き方"), _("自分に合う働き方か、はじめに分かります"), _has("pathway"), True),
        Fact("pay", _("受け取るもの"), _("お金が出るのかは、はじめに知りたいことです"), _has("pay"), True),
    ),
}
MISSED = (
    Fact("reading", _("よみ"), _("五十音順の正しいところに並び、ひらがなでも見つかります"), _has("reading")),
    Fact("body", _("くわしく"), _("どんな所か思いうかぶと、行ってみやすくなります"), _has("body")),
    Fact("needs", _("困りごと"), _("「眠れない」のような、ふだんの言葉から見つかります"), _has_several("needs")),
    Fact("channels", _("連絡の方法"), _("連絡先がないと、読んだ人が次に何もできません"), _channels(besides_phone=False)),
    Fact(
        "channels",
        _("電話のほかの方法"),
        _("電話がつらい人、聞こえにくい人、夜に読んでいる人も連絡できます"),
        _channels(besides_phone=True),
    ),
    Fact("opening_rules", _("時間"), _("「いま開いています」と出せます。行ったのに閉まっていた、がなくなります"), _says_when),
    Fact("town", _("場所"), _("どこにあるか分かり、近いところからさがせます"), _has_place, concerns=_shows_place),
    Fact(
        "access_note",
        _("行き方"),
        _("はじめての人は、駅や目印からの道が分かると来られます"),
        _has("access_note"),
        concerns=lambda resource: _shows_place(resource) and _has_place(resource),
    ),
    Fact(
        "cost",
        _("費用"),
        _("いくらか分からないと、お金に困っている人ほど来られません"),
        lambda resource: resource.cost != Cost.UNKNOWN or bool(resource.cost_note),
    ),
    Fact("first_visit_note", _("はじめての日のこと"), _("予約がいるか、一人で行ってよいか。いちばん多い心配です"), _says_first_day),
)  # fmt: skip
# What is read of a resource for it: for lists, in a few questions for all rows.
RELATIONS = ("fields", "areas", "needs", "channels", "opening_rules")


def facts_of(resource: Resource) -> Iterator[Fact]:
    """All that concern an entry, in the order of its form."""
    for fact in (*NEEDED, *OWN[Kind(resource.kind or resource.KIND)], *MISSED):
        if fact.concerns(resource):
            yield fact


def completeness(resource: Resource) -> Completeness:
    """What an entry, as its own kind and as it stands in memory, says and lacks."""
    said: list[Fact] = []
    missing: list[Fact] = []
    for fact in facts_of(resource):
        (said if fact.is_said(resource) else missing).append(fact)
    return Completeness(tuple(said), tuple(missing))
