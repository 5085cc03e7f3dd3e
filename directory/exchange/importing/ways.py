"""Files of others: by a layout that is published all over Japan, or by columns that somebody matched and kept.

Both read into rows of our own tables; what a file leaves open (whose it is, where it is of use) is the municipality's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from ...areas.index import home_area
from ...models import ImportProfile, Organisation, Town
from ..tables import profiles
from ..tables.own_reading import NotOurs, Reading
from ..tables.reading.books.files import open_book, sample
from ..tables.reading.books.grid import Book, Unreadable
from ..tables.reading.headers import LOOKED_AT, Table, find_table
from ..tables.reading.meanings import Towns
from ..tables.reading.profiles import BadProfile, Profile
from ..tables.reading.standard import layout_profile, layouts
from ..tables.reading.translating import Translator
from ..tables.rows import Cell, Place, Problem, Row
from .words import Words

# Profiles that somebody kept are known by this and their number.
SAVED = "saved-"
# Beyond it notes say nothing more: a column that cannot be read at all says so in every row.
MOST_NOTES = 2_000


def opened(path: Path, profile: Profile | None = None) -> Book:
    """A file of somebody else, as sheets. Raises NotOurs with what to do."""
    try:
        return open_book(
            path.name, path.read_bytes(), profile.encoding if profile else "", profile.delimiter if profile else ""
        )
    except (Unreadable, OSError) as error:
        raise NotOurs(str(error)) from error


def table_of(book: Book, sheet: str = "", header_row: int = 0) -> Table:
    """Where the table stands in a sheet. Raises NotOurs."""
    chosen = book.sheet(sheet)
    if chosen is None:
        raise NotOurs(_("シート「%s」がありません。") % sheet)
    try:
        return find_table(sample(chosen, LOOKED_AT), header_row)
    except Unreadable as error:
        raise NotOurs(str(error)) from error


def read_foreign(profile: Profile, path: Path) -> Reading:
    """Begin to read a file by a profile. Raises NotOurs, also while rows are gone through."""
    whole = completed(profile)
    try:
        own_towns = towns()
        translator = Translator(opened(path, profile), whole, timezone.localdate(), Towns(own_towns))
    except Unreadable as error:
        raise NotOurs(str(error)) from error
    reading = Reading(iter(()), frozenset(), origin=profile.origin)
    reading.rows = _rows(translator, reading, own_towns, whole)
    return reading


def completed(profile: Profile) -> Profile:
    """A profile whose open questions are answered by the municipality: its area, itself as the one who keeps the places."""
    home = home_area()
    own_name = home.name if home else ""
    return replace(
        profile,
        areas=profile.areas or (home.slug if home else ""),
        organisation=profile.organisation or own_name,
    )


def towns() -> dict[str, str]:
    """The 町字 of the municipality by name: other municipalities have some of the same."""
    home = home_area()
    known = Town.objects.filter(municipality_id=home.pk) if home else Town.objects.all()
    return {name: str(uuid) for name, uuid in known.values_list("name", "uuid")}


def _rows(translator: Translator, reading: Reading, own_towns: dict[str, str], profile: Profile) -> Iterator[Row]:
    """All rows; an organisation once, and not at all where the register has one of its name."""
    words = Words(profile)
    known = set(Organisation.objects.values_list("name", flat=True))
    reading.notes += translator.notes
    for header in translator.lost:
        place = Place(translator.sheet.name, translator.table.last_row, header)
        reading.notes.append(Problem(place, header, _("この列は取り込みません。")))
    notes = 0
    try:
        for done in translator:
            reading.problems += done.problems
            notes += len(done.notes)
            if notes <= MOST_NOTES:
                reading.notes += done.notes
            if done.problems:
                reading.refused += 1
                continue
            for row in done.rows:
                if row.table in {"resources", "organisations"}:
                    settled = words.settle(row)
                    notes += len(settled)
                    reading.notes += settled if notes <= MOST_NOTES else []
                if row.table == "organisations":
                    name = row.text("name")
                    if name in known:
                        continue
                    known.add(name)
                    row.source_key = row.source_key or name
                elif (town := row.cells.get("town")) and town.text in own_towns:
                    row.cells["town"] = Cell(own_towns[town.text], town.place)
                yield row
    except Unreadable as error:
        raise NotOurs(str(error)) from error
    if notes > MOST_NOTES:
        reading.notes.append(Problem(Place(), "", _("ほか%s件は、ここに出していません。") % f"{notes - MOST_NOTES:,}"))
    reading.notes += translator.asides
    if translator.elsewhere:
        message = _("ほかの市町村の行が%s件ありました。取り込みません。") % f"{translator.elsewhere:,}"
        reading.notes.append(Problem(Place(translator.sheet.name), "", message))


def _read_layout(name: str, path: Path) -> Reading:
    table = table_of(opened(path))
    return read_foreign(layout_profile(name, table.headers), path)


def _saved(name: str) -> profiles.Profile | None:
    number = name.removeprefix(SAVED)
    if number == name or not number.isdigit():
        return None
    kept = ImportProfile.objects.filter(pk=int(number)).first()
    if kept is None:
        return None
    try:
        profile = Profile.from_json(kept.content)
    except BadProfile:
        return None
    return profiles.Profile(name, kept.name, lambda path: read_foreign(profile, path))


def name_of(profile: str) -> str:
    """What a way of reading is called, for people."""
    try:
        return str(profiles.profile_of(profile).label)
    except KeyError:
        return _("消された読み方")


def _layout(name: str) -> profiles.Profile | None:
    known = layouts().get(name)
    return profiles.Profile(name, known[0].label, lambda path: _read_layout(name, path)) if known else None


def register() -> None:
    """Let files of others be read (called when the application is ready)."""
    profiles.register_finder(_layout)
    profiles.register_finder(_saved)
