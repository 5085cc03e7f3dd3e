"""The answers to a question in the order shown: band, desk, hits. Pages, the API and the evaluation all take these."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from search.engines.base import EngineHit, EngineResult, EngineUnavailable
from search.text.analysis import is_kana
from search.text.languages import HELD, JAPANESE

from ..areas.index import AreaNode, area_index
from ..choices import Kind, NeedRole, Side, TypeRole
from ..hours import rules
from ..models import NationalLine
from ..public.days import of_row
from ..public.record import PublicResource
from ..public.roles import is_sought, role_of, types_as
from ..public.selectors import Card, card, desks_by_area, desks_of_types, resource_by_key
from .danger import Band, band_of
from .documents import row
from .facets import day_values
from .fitting import is_held, titled
from .hotlines import is_sensitive, type_of
from .languages import ForeignAnswer, foreign_answer, interpreters_desk, tongue_of
from .leads import CERTAIN, MOST_LEADS, is_any_section, is_section, leading_types
from .naming import lines_named, named, named_elsewhere, named_in_pieces
from .needs import needs_as
from .query import PER_PAGE, Asked, run
from .understanding import FEW_CLAUSES, SURE, Understanding, ask

# Types that answer less surely than this do not bring documents in by themselves.
LEAST_TYPE = 0.3
# For these reasons a desk leads that the question surely told.
TOLD = frozenset({"need", "several"})
# Longer, it is more than a word, and something of it may have been understood.
LONGEST_WORD = 8
# So many rows that are open on an asked day stand before a desk that is not.
OPEN_BEFORE = 2
# Why nothing could be answered, where it is more than that nothing was found.
UNANSWERED = frozenset({"not-understood", "not-ours"})
# Whose words are of helping: whether they give help or want it decides what fits.
_HELPING = frozenset({NeedRole.GIVES_HELP, NeedRole.WANTS_HELP})
_LIKELY_FOR_ANYTHING = frozenset({TypeRole.EVERYTHING, TypeRole.SECTION})


@dataclass(frozen=True, slots=True)
class Answers:
    """All that a page of results shows. `lines` are those that the question names and that the band does not hold; `desk`
    leads; `hits` of the first page begin with what else was pinned. `foreign` answers in the question's own language.

    `by_area`: where each area has a desk of its own and the visitor told none, all of them; `desk` is one of them then.
    `is_held`: one of the first rows really holds what was asked, and was not only guessed at.
    """

    asked: Asked
    understanding: Understanding
    band: Band | None
    desk: Card | None
    desk_reason: str
    hits: tuple[EngineHit, ...] = ()
    total: int = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    widened: str = ""
    is_down: bool = False
    lines: tuple[NationalLine, ...] = ()
    foreign: ForeignAnswer | None = None
    by_area: tuple[tuple[AreaNode, Card], ...] = ()
    is_held: bool = False

    @property
    def language(self) -> str:
        """The code of the question's language: "ja" for Japanese, also easy Japanese; "" where nobody can tell."""
        return self.understanding.question.language

    @property
    def is_quiet(self) -> bool:
        """Whether the page must not betray what was asked: neither by its title nor by marked words."""
        return self.band is not None or any(map(is_sensitive, self.lines))

    @property
    def area(self) -> AreaNode | None:
        """The visitor's area: chosen, or named in the question."""
        chosen = self.asked.filters.get("area", ())
        return area_index().by_slug.get(chosen[-1]) if chosen else self.understanding.area

    @property
    def is_weak(self) -> bool:
        """Whether nobody would take what was found: no phrase, no likely desk and no word speaks for it."""
        told = self.understanding
        if told.danger or told.asks_where or any(target.score >= SURE for target in told.targets):
            return False
        return not self.is_held and not _is_likely(told)


def answer_types(found: Answers) -> list[tuple[str, str]]:
    """(institution type, title) of every answer in the order shown: band lines, named lines, desk, hits."""
    lines = (*(found.band.lines if found.band else ()), *found.lines)
    answers = [(type_of(line), line.name) for line in lines]
    if found.desk:
        answers.append((found.desk.resource.type.code, found.desk.resource.name))
    return answers + [(hit.row["institution_type"], hit.row["title"]) for hit in found.hits]


def answer(asked: Asked, home: AreaNode | None, *, per_page: int = PER_PAGE) -> Answers:
    """Answer what was asked. Never raises for a missing index: band and desk stand without it."""
    understanding = ask(asked.q, off=asked.off)
    tongue = tongue_of(understanding.question.language)
    band = band_of(understanding.danger, tongue.code if tongue else JAPANESE)
    found = Answers(asked, understanding, band, None, "", lines=lines_named(asked, band))
    place = _Place.of(found.area, home)
    interpreter = interpreters_desk(place.area, place.municipality) if tongue else None
    leads: tuple[PublicResource | str, ...] = ()
    promoted: list[EngineHit] = []
    # What was asked for by filters alone is a list, not a question.
    is_question = bool(asked.q) and asked.page == 1 and asked.sort == "relevance"
    if is_question:
        leads, reason = _leads(understanding, place)
        if band or understanding.when == "now":
            leads = _open_first(leads)
        if interpreter and (found.language or understanding.question.is_held):
            told = reason == "danger" or (reason in TOLD and found.language in HELD)
            leads, reason = _with_interpreter(leads, interpreter, reason if told else "language")
        promoted = [hit for key in understanding.question.promoted if (hit := _promoted(key))]
        found = replace(found, desk_reason=reason)
    result, widened = EngineResult(0, (), {}), ""
    if not understanding.question.is_noise:
        try:
            asked, result, widened = _found(asked, understanding, home, per_page, leads)
        except EngineUnavailable:
            found = replace(found, is_down=True)
    by_name = named(asked.q, result.hits) or (named_elsewhere(asked, understanding) if is_question else [])
    if found.desk_reason == "guess" and not by_name:
        by_name = named_in_pieces(asked.q, result.hits)
    found = replace(found, is_held=bool(by_name or promoted) or is_held(understanding.question, result.hits))
    if is_question and not promoted and _is_gibberish(found):
        leads, result, found = (), EngineResult(0, (), {}), replace(found, desk_reason="not-understood")
    elif (
        is_question
        and found.desk_reason == "guess"
        and _is_unknown(found)
        and (everything := place.desk_for_everything())
    ):
        # Nothing speaks for the guess: then the desk for everything leads.
        leads, found = (everything, *leads), replace(found, desk_reason="unsure")
    if understanding.days:
        leads = _open_on(leads, result.hits, understanding.days)
    desk, first = _arranged(() if by_name else leads, understanding, result.hits)
    if desk and leads and is_section(leads[0]):
        found = replace(found, desk_reason=_reason_of(desk, found.desk_reason))
    if desk and understanding.days and understanding.asks_where and not opens_on(row(desk), understanding.days):
        # Who asks for a Saturday is helped by what is open on Saturdays; the desk for everything stands among it.
        rows = [*result.hits[:OPEN_BEFORE], EngineHit(f"resource:{desk.short_id}", 0.0, row(desk), None), *first]
        desk, first = (None, rows) if result.hits else (desk, first)
    by_area = _by_area(desk, understanding, place) if is_question and desk else ()
    if asked.q and not (desk or first or promoted or result.total or found.is_down):
        # No dead end: where nothing fits, the desk for everything answers.
        found = replace(found, desk_reason=found.desk_reason if found.desk_reason in UNANSWERED else "nothing")
        desk = place.desk_for_everything()
    elif not (desk or first or by_name) and leads and is_section(leads[0]) and found.desk_reason != "guess":
        # A section of the city hall, and none whose words fit.
        desk, found = place.desk_for_everything(), replace(found, desk_reason="not-ours")
    now = rules.moment()
    shown = {other.path for _area, other in by_area} | ({desk.path} if desk else set())
    hits: dict[str, EngineHit] = {}
    for hit in (*promoted, *by_name, *first, *result.hits):
        # What leads the page need not stand in the list once more.
        if hit.row["url"] not in shown:
            hits.setdefault(hit.row["url"], hit)
    return replace(
        found,
        asked=asked,
        desk=card(desk, now) if desk else None,
        desk_reason=found.desk_reason if desk else "",
        hits=tuple(hits.values()),
        total=max(result.total, len(hits)),
        facets=result.facets,
        widened=widened,
        foreign=foreign_answer(found.language, interpreter, band),
        by_area=tuple((area, card(other, now)) for area, other in by_area),
    )


def _with_interpreter(
    leads: Sequence[PublicResource | str], interpreter: PublicResource, reason: str
) -> tuple[tuple[PublicResource | str, ...], str]:
    """The interpreter's desk after the desk of a danger or of what was surely told, before what is only guessed."""
    others = [lead for lead in leads if isinstance(lead, str) or role_of(lead.type.code) != TypeRole.INTERPRETER]
    if others and reason != "language":
        return (others[0], interpreter, *others[1:]), reason
    return (interpreter, *others), reason


def _reason_of(desk: PublicResource, reason: str) -> str:
    """Why a desk leads where a section of the city hall was meant: no section fits, or this one does."""
    if role_of(desk.type.code) == TypeRole.EVERYTHING:
        return "not-ours" if reason == "need" else reason
    return "need" if reason == "not-ours" else reason


@dataclass(frozen=True, slots=True)
class _Place:
    """Where desks are looked for: an area of a municipality, or the whole of it."""

    area: AreaNode | None
    municipality: AreaNode | None

    @classmethod
    def of(cls, area: AreaNode | None, home: AreaNode | None) -> _Place:
        """Who names a municipality names no part of it."""
        if area is None or area.is_municipality:
            return cls(None, area or home)
        return cls(area, home)

    def desk_for_everything(self) -> PublicResource | None:
        types = types_as(TypeRole.EVERYTHING)
        return next(iter(desks_of_types(types, self.area, self.municipality, a_type=1)), None)


def _leads(understanding: Understanding, place: _Place) -> tuple[tuple[PublicResource | str, ...], str]:
    """What stands first, in order: desks, and types of which the best hit does; and why."""
    leading, reason = leading_types(understanding)
    types = list(leading)[:MOST_LEADS]
    by_hits = {code for code in types if is_sought(code) or is_any_section(code, leading[code])}
    at_desks = [code for code in types if code not in by_hits]
    # Who is hurt is sent to the desk for just that; who hurts somebody, to the one that knows the strain behind it too.
    narrow = bool(understanding.danger) and understanding.danger.side != Side.DOER
    found = desks_of_types(at_desks, place.area, place.municipality, a_type=1, needs=leading, narrow=narrow)
    desks = {desk.type.code: desk for desk in found}
    for code, desk in desks.items():
        if is_section(code) and {term.code for term in desk.needs}.isdisjoint(leading[code]):
            by_hits.add(code)
    return tuple(code if code in by_hits else desks[code] for code in types if code in by_hits or code in desks), reason


def _is_likely(understanding: Understanding) -> bool:
    """Whether the ear is sure of a desk; that for everything and the city hall's sections are what it says of anything."""
    types = understanding.question.heard.types
    return bool(types) and types[0][1] >= CERTAIN and role_of(types[0][0]) not in _LIKELY_FOR_ANYTHING


def _is_unknown(found: Answers) -> bool:
    """Whether a word or two are none that anything here holds; in a story a likely desk may still be the right one."""
    asked = sum(not clause.optional for clause in found.understanding.question.clauses)
    return asked <= FEW_CLAUSES and found.is_weak


def _is_gibberish(found: Answers) -> bool:
    """Whether a short word in kana is none that the register knows: rows that only sound a little like it are invented."""
    typed = found.understanding.question.text
    is_short = is_kana(typed) and len(typed) <= LONGEST_WORD
    is_answered = found.understanding.targets or found.understanding.question.hints or found.is_down
    return is_short and not is_answered and found.is_weak


def _by_area(
    desk: PublicResource, understanding: Understanding, place: _Place
) -> tuple[tuple[AreaNode, PublicResource], ...]:
    """The desks of each area, where the one that leads is only for a part of the city and nobody told which."""
    if place.area or place.municipality is None:
        return ()
    needs = leading_types(understanding)[0].get(desk.type.code, ())
    return desks_by_area(desk, place.municipality, needs, among=understanding.either)


def _open_on(
    leads: Sequence[PublicResource | str], hits: Sequence[EngineHit], days: Sequence[str]
) -> tuple[PublicResource | str, ...]:
    """The leads, with a desk that is open on the asked days in place of one of its type that is not."""

    def fits(shown: Mapping[str, Any], code: str) -> bool:
        return shown.get("kind") == "desk" and shown.get("institution_type") == code and opens_on(shown, days)

    found: list[PublicResource | str] = []
    for lead in leads:
        if not isinstance(lead, str) and not fits(row(lead), lead.type.code):
            better = next((hit for hit in hits if fits(hit.row, lead.type.code)), None)
            lead = (resource_by_key(better.key) if better else None) or lead
        found.append(lead)
    return tuple(found)


def _open_first(leads: Sequence[PublicResource | str]) -> tuple[PublicResource | str, ...]:
    """Of the desks what is open at this moment first, what is closed last; types of which the best hit leads keep their place."""
    now = rules.moment()

    def rank(desk: PublicResource) -> int:
        return ("open", "unknown", "closed").index(rules.status(desk.schedule, now).state)

    desks = iter(sorted((lead for lead in leads if not isinstance(lead, str)), key=rank))
    return tuple(lead if isinstance(lead, str) else next(desks) for lead in leads)


def _arranged(
    leads: Sequence[PublicResource | str], understanding: Understanding, found: Sequence[EngineHit]
) -> tuple[PublicResource | None, list[EngineHit]]:
    """The desk that leads the page, if a desk comes first, and the rows that follow it."""
    desk: PublicResource | None = None
    rows: list[EngineHit] = []
    for lead in leads:
        if not isinstance(lead, str):
            if desk is None and not rows:
                desk = lead
            else:
                rows.append(EngineHit(f"resource:{lead.short_id}", 0.0, row(lead), None))
            continue
        # Roles may belong to an organisation of any type: a canteen looks for helpers.
        helps = role_of(lead) == TypeRole.VOLUNTEER
        fitting = [hit for hit in found if hit.row.get("institution_type") == lead or (helps and _is_help(hit))]
        is_first = desk is None and not rows
        if is_section(lead) and is_first:
            fitting = titled(understanding.question, [hit for hit in fitting if hit.row["kind"] == "desk"])
            desk = resource_by_key(fitting[0].key) if fitting else None
            continue
        rows += fitting[:1]
        if helps and understanding.told_role in _HELPING:
            # Helping in the canteen that was named stands before helping anywhere.
            rows += [hit for hit in fitting[1:] if hit.row.get("institution_type") == lead][:1]
    return desk, rows


def _is_help(hit: EngineHit) -> bool:
    return hit.row["kind"] == Kind.VOLUNTEER


def _promoted(key: str) -> EngineHit | None:
    """What an editor put first, if it is public."""
    resource = resource_by_key(key)
    return EngineHit(key, 0.0, row(resource), None) if resource else None


def _found(
    asked: Asked,
    understanding: Understanding,
    home: AreaNode | None,
    per_page: int,
    leads: Sequence[PublicResource | str],
) -> tuple[Asked, EngineResult, str]:
    """The engine's answer; what was only understood is let go when nothing fits it. Raises EngineUnavailable."""
    likely = (code for code, weight in understanding.types.items() if weight >= LEAST_TYPE)
    # Of a type that leads by its best hit there must be one, where something was told and not only guessed.
    is_told = any(target.score >= SURE for target in understanding.targets)
    types = tuple(
        dict.fromkeys((*likely, *(lead for lead in leads if isinstance(lead, str) and is_sought(lead) and is_told)))
    )
    understood = dict(understanding.filters)

    def at() -> tuple[Asked, EngineResult]:
        return run(
            asked,
            understanding.question,
            home=home.pk if home else None,
            per_page=per_page,
            understood=understood,
            boosts=understanding.boosts,
            also={"type": types},
            rank=_ranking(understanding),
        )

    found, result = at()
    for facet in ("day", "area"):
        if result.total == 0 and understood.pop(facet, ()):
            found, result = at()
            if result.total:
                return found, result, facet
    return found, result, ""


def _ranking(understanding: Understanding) -> Callable[[Sequence[EngineHit]], Sequence[EngineHit]] | None:
    """What is of the other side last (who gives help does not want any), what is open at the asked time first."""
    when, side = understanding.when, understanding.told_role
    if not when and side not in _HELPING:
        return None
    wanted = set(needs_as(NeedRole.WANTS_HELP))
    now = rules.moment()

    def place(hit: EngineHit) -> tuple[bool, bool]:
        brings_help = not wanted.isdisjoint(hit.row.get("needs", ()))
        is_other_side = _is_help(hit) and side == (NeedRole.GIVES_HELP if brings_help else NeedRole.WANTS_HELP)
        return is_other_side, bool(when) and not _is_open(hit.row, when, now)

    return lambda hits: sorted(hits, key=place)


def opens_on(shown: Mapping[str, Any], days: Sequence[str]) -> bool:
    """Whether a row is open on one of the days, as the facet of days names them."""
    schedule = rules.Schedule.model_validate(shown["schedule"])
    return not set(days).isdisjoint(day_values(schedule))


def _is_open(shown: Mapping[str, Any], when: str, now: datetime) -> bool:
    if "schedule" not in shown:
        return False
    state = rules.status(of_row(shown, rules.Schedule.model_validate(shown["schedule"])), now)
    if state.state == "open" or when == "now" or state.opens_at is None:
        return state.state == "open"
    return (state.opens_at.date() - now.date()).days <= {"today": 0, "week": 6 - now.weekday()}[when]
