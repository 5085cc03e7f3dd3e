"""Which column of a file means what: guessed by header, by kana and by what the values look like, and how sure that is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from . import cells, dates
from .books.grid import RawRow
from .columns import SEVERAL, Column, columns, normalised
from .headers import Table
from .places import PREFECTURES, code_of

# How sure: the header is ours; it ends with our word or holds it (and the more, the more of it that is); it is nearly our
# word; only the values say so.
EXACT, ENDS, HOLDS, COVERED, NEARLY, BY_VALUES = 1.0, 0.4, 0.35, 0.4, 0.7, 0.6
SURE_ENOUGH = 0.5
MOST_OFFERED = 4
# A share of values from which a column counts as being of a kind, and below which it surely is not.
MOST, FEW = 0.7, 0.2
LEAST_VALUES = 3
LONGEST_LOOKED_AT = 200

NUMBERED = re.compile(r"\d+$")
KANA = re.compile(r"[ぁ-ゖァ-ヺー・　 ゛゜()（）]+")
ADDRESS = re.compile(rf"(?:{'|'.join(PREFECTURES)})|.+(?:丁目|番地|番\d|[市区町村郡].*\d)")
WEEKDAYS = re.compile(r"[月火水木金土日祝・、,~〜～\- 曜平毎日から及び休1-7]+")
HOURS = re.compile(r"\d{1,2}(?::|：|時)\d{0,2}.*(?:~|〜|～|-|－|―|から).*\d{1,2}(?::|：|時)|第[1-5].*曜|毎週.曜")


def _number(text: str, low: float, high: float) -> bool:
    try:
        return low <= float(text) <= high
    except ValueError:
        return False


LOOKS: dict[str, Callable[[str], bool]] = {
    "phone": lambda text: bool(cells.numbers_of(text)[0]),
    "postal": lambda text: bool(re.fullmatch(r"〒?\s*\d{3}-?\d{4}", dates.folded(text))),
    "mail": lambda text: bool(cells.mails_of(text)),
    "link": lambda text: bool(cells.links_of(text)),
    "date": lambda text: not re.fullmatch(r"\d{5}", text) and dates.date_of(text) is not None,
    "time": lambda text: ":" in dates.folded(text) and bool(dates.time_of(text)),
    "lat": lambda text: "." in text and _number(text, 20, 46),
    "lon": lambda text: "." in text and _number(text, 122, 154),
    "kana": lambda text: bool(KANA.fullmatch(text)) and len(text) > 2,
    "address": lambda text: bool(ADDRESS.match(dates.folded(text))),
    "yesno": lambda text: dates.folded(text).strip().lower() in cells.YES | cells.NO,
    "weekdays": lambda text: bool(WEEKDAYS.fullmatch(dates.folded(text))) and len(text) < 40,
    "hours": lambda text: bool(HOURS.search(text)),
    "code": lambda text: len(text) in {5, 6} and bool(code_of(text)),
}
# What says nothing without a header that fits: too much looks like it.
WEAK = frozenset({"yesno", "weekdays", "code", "time", "date"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A meaning that a column may have, and how sure that is, from 0 to 1."""

    column: str
    sure: float


@dataclass(frozen=True, slots=True)
class Guess:
    """A column of a file: what it is taken for (empty for nothing), what else it may be, and what contradicts its header."""

    header: str
    index: int
    column: str
    sure: float
    candidates: tuple[Candidate, ...]
    samples: tuple[str, ...]
    looks_like: str = ""


def guess(table: Table, rows: Iterable[RawRow]) -> list[Guess]:
    """What each column of a table means, by its headers and some of its rows.

    One of ours is given once, unless several may fill it.
    """
    values: list[list[str]] = [[] for _header in table.headers]
    for row in rows:
        if not table.aside(row):
            for index, text in enumerate(row.texts[: len(values)]):
                if text and not cells.is_nothing(text, zero=True):
                    values[index].append(text)
    offers = [_candidates(header, values[index]) for index, header in enumerate(table.headers)]
    given: dict[int, Candidate] = {}
    taken: set[str] = set()
    ranked = sorted(
        ((candidate, index) for index, offered in enumerate(offers) for candidate in offered),
        key=lambda item: (-item[0].sure, item[1]),
    )
    for candidate, index in ranked:
        if index in given or candidate.sure < SURE_ENOUGH:
            continue
        if candidate.column in taken and not _goes_on(table.headers, index, candidate.column, given):
            continue
        given[index] = candidate
        if candidate.column not in SEVERAL:
            taken.add(candidate.column)
    guesses = []
    for index, header in enumerate(table.headers):
        chosen = given.get(index, Candidate("", 0.0))
        other = contradiction(chosen.column, values[index]) if chosen.column else ""
        guesses.append(
            Guess(header, index, chosen.column, chosen.sure, tuple(offers[index]), tuple(values[index][:3]), other)
        )
    return guesses


def _goes_on(headers: Sequence[str], index: int, column: str, given: dict[int, Candidate]) -> bool:
    """Whether a column is the next piece of one that was given: 所在地1, 所在地2."""
    own = NUMBERED.sub("", normalised(headers[index]))
    return column == "whole_address" and any(
        other.column == column and NUMBERED.sub("", normalised(headers[place])) == own for place, other in given.items()
    )


def contradiction(column: str, values: Sequence[str]) -> str:
    """What the values of a column look like, where that is surely not what the column should hold; else nothing."""
    looks = columns()[column].looks if column in columns() else ""
    if looks not in LOOKS or len(values) < LEAST_VALUES or _share(looks, values) > FEW:
        return ""
    for other in ("phone", "postal", "mail", "link", "lat", "lon", "address"):
        if other != looks and _share(other, values) >= MOST:
            return other
    return ""


def _share(looks: str, values: Sequence[str]) -> float:
    return sum(LOOKS[looks](value[:LONGEST_LOOKED_AT]) for value in values) / len(values) if values else 0.0


def _candidates(header: str, values: Sequence[str]) -> list[Candidate]:
    word = normalised(header)
    # Of 連絡先_電話 the last part says most.
    last = normalised(header.rsplit("_", 1)[-1])
    sample = values[:60]
    found = []
    for column in columns().values():
        sure = max(_by_word(word, column), _by_word(last, column) * 0.95 if last != word else 0.0) if word else 0.0
        if column.looks in LOOKS and len(sample) >= LEAST_VALUES:
            share = _share(column.looks, sample)
            if share >= MOST:
                sure = min(1.0, sure + 0.1) if sure else (0.0 if column.looks in WEAK else BY_VALUES)
            elif share <= FEW and sure < EXACT:
                sure *= 0.5
        if sure >= 0.3:
            found.append(Candidate(column.name, round(sure, 2)))
    return sorted(found, key=lambda candidate: -candidate.sure)[:MOST_OFFERED]


def _by_word(word: str, column: Column) -> float:
    best = 0.0
    for known in column.words:
        if known == word:
            return EXACT
        if len(known) >= 2 and word.endswith(known):
            best = max(best, ENDS + COVERED * len(known) / len(word))
        elif len(known) >= 2 and known in word:
            best = max(best, HOLDS + COVERED * len(known) / len(word))
        elif len(known) >= 3 and len(word) >= 3:
            ratio = fuzz.ratio(known, word) / 100
            if ratio >= 0.75:
                best = max(best, NEARLY * ratio)
    return best
