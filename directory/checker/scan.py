"""What rules find in all that the public reads: entries, organisations, pages.

Looking at one record takes a millisecond, at ten thousand some seconds; so what was found is kept, and only what has changed since is
looked at again. It is kept in the cache: nothing is lost with it but these seconds.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import models
from django.db.models import F, QuerySet
from wagtail.models import Page

from ..models import Office, Organisation, Resource
from .checking import RULES, check
from .offered import offered, texts_of
from .rule import World
from .world import world

KEPT = "checker_scan"
KEPT_SECONDS = 24 * 3600
BATCH = 250
# So long may somebody wait for a page.
SECONDS = 6.0
# Of one record, and of all: nobody reads on, and memory is bounded.
MOST_OF_A_RECORD = 50
MOST_LINES = 100_000
# Whose a page or an organisation is: no office answers for them.
PAGES, ORGANISATIONS = "pages", "organisations"


class Line(NamedTuple):
    """One finding in one record. `owner` is the key of an office, `PAGES` or `ORGANISATIONS`."""

    model: str
    pk: int
    name: str
    owner: str
    field: str
    label: str
    rule: str
    found: str
    say: str


# By model and key: as of which version a record was looked at, and what was found.
Found = dict[tuple[str, int], tuple[str, tuple[Line, ...]]]


def public_rows(model: type[models.Model], today: date) -> QuerySet[Any]:
    """What the public reads of a type; annotated with `version`, which changes whenever the record does."""
    rows: QuerySet[Any] = model._default_manager.order_by("pk")
    if issubclass(model, Resource):
        # Written anew with each publication and each import, which `updated_at` of the record itself is not.
        current = rows.filter(live=True).exclude(ends_on__lt=today)
        return current.annotate(version=F("public_record__updated_at"), office=F("owner"))
    if issubclass(model, Page):
        return rows.filter(live=True).annotate(version=F("live_revision"))
    return rows.exclude(active_to__lt=today) if issubclass(model, Organisation) else rows


class Scan(NamedTuple):
    """All that was found, in the order of types and keys, and how many records nobody has looked at yet."""

    lines: list[Line]
    unread: int


def scan(today: date | None = None, *, seconds: float | None = None) -> Scan:
    """What is found today. After so many seconds (`SECONDS`) nothing more is looked at: whoever asks again goes on from there."""
    around, until = world(today), time.monotonic() + (SECONDS if seconds is None else seconds)
    stamp = _stamp(around)
    kept = cache.get(KEPT)
    before: Found = kept[1] if kept and kept[0] == stamp else {}
    found: Found = {}
    unread = count = 0
    for model in offered():
        for key, version, lines in _of_type(model, around, before, until):
            if lines is None:
                unread += 1
            elif count < MOST_LINES:
                found[key] = (version, lines)
                count += len(lines)
    cache.set(KEPT, (stamp, found), KEPT_SECONDS)
    return Scan([line for _version, lines in found.values() for line in lines], unread)


def _stamp(around: World) -> str:
    """What was found holds for this day, these words and these rules."""
    told = (around.today, around.hard_words, sorted(around.familiar), [rule.code for rule in RULES])
    return hashlib.blake2b(repr(told).encode(), digest_size=12).hexdigest()


def _of_type(
    model: type[models.Model], around: World, before: Found, until: float
) -> Iterator[tuple[tuple[str, int], str, tuple[Line, ...] | None]]:
    """Each record with what was found in it; None for one that nobody has looked at."""
    name = model._meta.label_lower
    rows = public_rows(model, around.today)
    has_version = "version" in rows.query.annotations
    versions = (
        dict(rows.values_list("pk", "version")) if has_version else dict.fromkeys(rows.values_list("pk", flat=True))
    )
    # Where a link leads may have been put right elsewhere. That it has come to lead nowhere is seen on the next day.
    stale = [
        pk
        for pk, version in versions.items()
        if version is None or before.get((name, pk), ("",))[0] != str(version) or _has_links(before[name, pk][1])
    ]
    fresh: dict[int, tuple[Line, ...]] = {}
    default = _default_office() if stale and issubclass(model, Resource) else ""
    for start in range(0, len(stale), BATCH):
        if time.monotonic() > until:
            break
        for record in _loaded(model, rows, stale[start : start + BATCH]):
            fresh[record.pk] = tuple(_lines(record, name, around, default))
    is_stale = set(stale)
    for pk, version in versions.items():
        known = before.get((name, pk))
        # Of what tells no version, what was found last stands until somebody has the time.
        is_known = known is not None and (version is None or pk not in is_stale)
        lines = fresh.get(pk, known[1] if known and is_known else None)
        yield (name, pk), str(version), lines


def _has_links(lines: tuple[Line, ...]) -> bool:
    return any(line.rule == "dead_link" for line in lines)


def _loaded(model: type[models.Model], rows: QuerySet[Any], keys: list[int]) -> QuerySet[Any]:
    chosen = rows.filter(pk__in=keys)
    if issubclass(model, Resource):
        # An office that is no more answers for nothing.
        return chosen.select_related("owner").prefetch_related(
            "channels", "opening_rules", "opening_exceptions", "next_steps", "texts"
        )
    return chosen.prefetch_related("roles") if issubclass(model, Organisation) else chosen


def _default_office() -> str:
    return str(Office.default().pk)


def _lines(record: Any, model: str, around: World, default: str) -> Iterator[Line]:
    if isinstance(record, Resource):
        is_theirs = record.owner is not None and not record.owner.retired
        owner = str(record.owner_id) if is_theirs else default
    else:
        owner = PAGES if isinstance(record, Page) else ORGANISATIONS
    for finding in check(texts_of(record), around)[:MOST_OF_A_RECORD]:
        yield Line(
            model,
            record.pk,
            str(record),
            owner,
            finding.text.field,
            finding.text.label,
            finding.rule.code,
            finding.found[:60],
            finding.say,
        )
