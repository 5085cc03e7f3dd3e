"""The city's own calls, judged: what somebody types, what must come, and what comes (`directory.models.Call`)."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from django.core.cache import cache
from django.utils.translation import gettext as _

from guard.background import run_later

from ..areas.index import AreaNode, home_area
from ..choices import CallBand, Side
from ..finding.answers import Answers, answer, answer_types
from ..finding.danger import Band, are_kin
from ..finding.query import Asked
from ..hours import rules
from ..models import Call, DangerTopic, InstitutionType

AMONG = 3
# The first page of the admin shows how many calls are broken; judging them takes seconds, for which nobody waits.
REMEMBERED_SECONDS = 600
REMEMBERED = "calls:judged"
# One process judges at a time; another tries when this one was lost on the way.
JUDGING, JUDGING_SECONDS = "calls:judging", 120
DEFAULT_LANGUAGE = "ja"


@dataclass(frozen=True, slots=True)
class Broken:
    """A call that does not hold: what must come, and what came."""

    pk: int
    text: str
    expected: str
    came: str


Ask = Callable[[Asked, AreaNode | None], Answers]
Part = tuple[str, str]


def broken_calls(keys: Collection[int] | None = None, ask: Ask = answer) -> list[Broken]:
    """Calls that do not hold, as a visitor of the default site would be answered: those of the keys, or all.

    Judged for the next morning on which desks are open: at night what answers then leads, and the same words would be called
    right by day and wrong by night.
    """
    calls = Call.objects.select_related("line").prefetch_related("topics", "leads", "never_leads")
    home, names = home_area(), dict(InstitutionType.objects.values_list("code", "name"))
    topics = dict(DangerTopic.objects.values_list("code", "name"))
    found = []
    with rules.at(rules.next_office_morning(rules.moment())):
        for call in calls if keys is None else calls.filter(pk__in=keys):
            if parts := list(_wrong(call, ask(Asked(q=call.text), home), names, topics)):
                expected, came = zip(*parts, strict=True)
                found.append(Broken(call.pk, call.text, "／".join(expected), "／".join(came)))
    return found


def remembered_broken_calls() -> list[Broken]:
    """Calls that did not hold some minutes ago at most."""
    found = cache.get(REMEMBERED)
    return found[1] if found and found[0] >= time.time() - REMEMBERED_SECONDS else judge_anew()


def last_broken_calls() -> list[Broken] | None:
    """Calls that did not hold when they were last judged, at once; None if they never were.

    Where that is longer ago than some minutes they are judged after the answer, for who asks next.
    """
    found = cache.get(REMEMBERED)
    if (found is None or found[0] < time.time() - REMEMBERED_SECONDS) and cache.add(JUDGING, True, JUDGING_SECONDS):
        run_later(judge_anew, "calls")
    return found and found[1]


def judge_anew() -> list[Broken]:
    """Calls that do not hold now; what is remembered is replaced."""
    found = broken_calls()
    cache.set(REMEMBERED, (time.time(), found), None)
    cache.delete(JUDGING)
    return found


def topic_is_right(wanted: Collection[str], band: Band | None) -> bool:
    """Whether a band speaks first of one of the topics, or of one that is kin to it (a fall, a sudden illness)."""
    return band is not None and any(are_kin(band.topics[0], code) for code in wanted)


def language_of(found: Answers) -> str:
    """The language in which an answer speaks."""
    return getattr(found, "language", "")


def language_is_right(wanted: str, found: Answers) -> bool:
    """Whether an answer speaks the language; one that says none speaks that of the site."""
    return (language_of(found) or DEFAULT_LANGUAGE) == wanted


def _wrong(call: Call, found: Answers, names: dict[str, str], topics: dict[str, str]) -> Iterator[Part]:
    """What must come and what came, for each respect in which they differ."""
    yield from _band(call, found.band, topics)
    types = answer_types(found)[:AMONG]
    # Below a band with as many lines the desk still leads.
    if found.desk and (desk := (found.desk.resource.type.code, found.desk.resource.name)) not in types:
        types.append(desk)
    leads = [kind.code for kind in call.leads.all()]
    if leads and not any(code in leads for code, _title in types):
        came = "、".join(title for _code, title in types) or _("なし")
        yield _("先頭：%s") % "、".join(names[code] for code in leads), _("先頭：%s") % came
    never = {kind.code for kind in call.never_leads.all()}
    for code, title in _first(found):
        if code in never:
            yield _("先頭に出ない：%s") % names[code], _("先頭：%s") % title
    if call.language and not language_is_right(call.language, found):
        yield _("答えの言語：%s") % call.language, _("答えの言語：%s") % (language_of(found) or DEFAULT_LANGUAGE)


def _band(call: Call, band: Band | None, topics: dict[str, str]) -> Iterator[Part]:
    if band is None:
        # Where no band stands, its topic, side and line are not missing besides.
        if call.band == CallBand.YES:
            yield _("帯が出る"), _("帯が出ない")
        return
    if call.band == CallBand.NO:
        yield _("帯が出ない"), _("帯「%s」") % band.heading
        return
    wanted = {topic.code: topic.name for topic in call.topics.all()}
    if wanted and not topic_is_right(wanted, band):
        yield _("話題：%s") % "、".join(wanted.values()), _("話題：%s") % topics.get(band.topics[0], band.heading)
    if call.side and not _is_side(call.side, band.side):
        came = Side(band.side).label if band.side else _("分からない")
        yield _("立場：%s") % call.get_side_display(), _("立場：%s") % came
    if call.line and not (band.lines and band.lines[0].name == call.line.name):
        yield (
            _("最初の電話：%s") % call.line.name,
            _("最初の電話：%s") % (band.lines[0].name if band.lines else _("なし")),
        )


def _is_side(wanted: str, heard: str) -> bool:
    """A band that cannot tell who speaks says to everybody what it says to the one who is hurt."""
    return wanted == (heard or Side.ME)


def _first(found: Answers) -> list[tuple[str, str]]:
    """(type, title) of the desk that leads and of the first hit."""
    first = [(found.desk.resource.type.code, found.desk.resource.name)] if found.desk else []
    return first + [(hit.row["institution_type"], hit.row["title"]) for hit in found.hits[:1]]
