"""New records that look like one that is there already: by name, reading, address and telephone number.

One sign alone is too little for most: many desks share the city hall's number and address, and many circles a name. So two of
them must agree, or the name alone where nothing speaks against it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import jaconv
from rapidfuzz import fuzz

from ...choices import ChannelKind
from ...models import Channel, Resource
from ..tables.register_rows import chunks
from ..tables.rows import Place
from .plan import Pair, Side
from .spool import Spool

# So alike must names be where only address and number agree.
ALIKE = 70
MOST_OF_ONE = 3
# A sign that more records share says nothing.
MOST_SHARED = 40
_NOT_SPOKEN = re.compile(r"[\s・･/／（）()「」『』【】\-‐－―~〜～、。,.]+")
_NOT_DIGITS = re.compile(r"\D+")


@dataclass(frozen=True, slots=True)
class Look:
    """What a record looks like."""

    key: str
    name: str
    reading: str
    address: str
    phone: str
    place: Place | None = None


def plain(text: str) -> str:
    """A name or address without what people write differently."""
    return _NOT_SPOKEN.sub("", jaconv.kata2hira(unicodedata.normalize("NFKC", text)).lower())


def digits(text: str) -> str:
    """A number without what people write between its digits."""
    return _NOT_DIGITS.sub("", unicodedata.normalize("NFKC", text))


def note_new(spool: Spool, looks: Iterable[Look]) -> None:
    """Keep what new records of the file look like."""
    for chunk in chunks(looks):
        _note(spool, chunk)


def _note(spool: Spool, looks: Iterable[Look]) -> None:
    spool.db.executemany("INSERT INTO looks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (_packed(look) for look in looks))


def _packed(look: Look) -> tuple[object, ...]:
    sheet, row = (look.place.sheet, look.place.row) if look.place else (None, None)
    return (look.key, look.name, look.reading, look.address, look.phone, plain(look.name), sheet, row)


def pairs(spool: Spool) -> Iterator[Pair]:
    """Pairs of a new record and one of the register, or of an earlier row; at most a few of each."""
    if not spool.db.execute("SELECT 1 FROM looks LIMIT 1").fetchone():
        return
    for chunk in chunks(_register()):
        _note(spool, chunk)
    spool.db.executescript(
        "CREATE INDEX by_name ON looks (plain); CREATE INDEX by_phone ON looks (phone, address);"
        "CREATE INDEX by_reading ON looks (reading);"
    )
    told: dict[str, int] = {}
    for sign in ("plain", "reading", "phone"):
        for this, other in _sharing(spool, sign):
            if told.get(this.key, 0) >= MOST_OF_ONE:
                continue
            alike = _alike(this, other)
            # A pair that agrees in more than one sign is found by the first of them.
            if alike and alike[0] == {"plain": "name", "reading": "reading", "phone": "address"}[sign]:
                told[this.key] = told.get(this.key, 0) + 1
                yield Pair(_side(this), _side(other), alike)


_COLUMNS = "{0}.key, {0}.name, {0}.reading, {0}.address, {0}.phone, {0}.sheet, {0}.row"


def _sharing(spool: Spool, sign: str) -> Iterator[tuple[Look, Look]]:
    """New records, each with those that share a sign with it: all of the register, and earlier rows of the file."""
    more = " AND b.address = a.address AND a.address <> ''" if sign == "phone" else ""
    rows = spool.db.cursor().execute(
        f"SELECT {_COLUMNS.format('a')}, {_COLUMNS.format('b')} FROM looks AS a JOIN looks AS b "  # noqa: S608 (constants)
        f"ON b.{sign} = a.{sign} AND b.key <> a.key{more} WHERE a.row IS NOT NULL AND a.{sign} <> '' "
        "AND (b.row IS NULL OR b.rowid < a.rowid) "
        f"AND (SELECT COUNT(*) FROM (SELECT 1 FROM looks AS c WHERE c.{sign} = a.{sign} LIMIT {MOST_SHARED + 1})) <= {MOST_SHARED}"
    )
    for row in rows:
        yield _look(row[:7]), _look(row[7:])


def _look(row: tuple[str, ...]) -> Look:
    key, name, reading, address, phone, sheet, number = row
    place = Place(sheet, int(number)) if number is not None else None
    return Look(key, name, reading, address, phone, place)


def _side(look: Look) -> Side:
    return Side(look.key, look.name, look.reading, look.address, look.phone, look.place)


def _alike(this: Look, other: Look) -> tuple[str, ...]:
    """In what two records agree, if that is enough to ask."""
    name = plain(this.name) == plain(other.name)
    reading = bool(this.reading) and this.reading == other.reading
    address = bool(this.address) and this.address == other.address
    phone = bool(this.phone) and this.phone == other.phone
    apart = _differ(this.address, other.address) and _differ(this.phone, other.phone)
    enough = (
        (name and not apart)
        or (reading and (address or phone))
        or (address and phone and fuzz.ratio(plain(this.name), plain(other.name)) >= ALIKE)
    )
    signs = (("name", name), ("reading", reading), ("address", address), ("phone", phone))
    return tuple(sign for sign, agrees in signs if agrees) if enough else ()


def _differ(this: str, other: str) -> bool:
    return bool(this and other and this != other)


def look_of(record: Resource, key: str, place: Place) -> Look:
    """What a record that is not saved yet looks like."""
    phone = next((each.value for each in record.channels.all() if each.kind == ChannelKind.PHONE), "")
    return Look(key, record.name, plain(record.reading), plain(record.address), digits(phone), place)


def _register() -> Iterator[Look]:
    """What all records of the register look like, by their row."""
    rows = Resource.objects.order_by("pk").values_list("pk", "short_id", "name", "reading", "address")
    for chunk in chunks(rows.iterator(chunk_size=2000), 2000):
        phones: dict[int, str] = {}
        numbers = Channel.objects.filter(
            kind=ChannelKind.PHONE, resource_id__gte=chunk[0][0], resource_id__lte=chunk[-1][0]
        )
        for pk, value in numbers.order_by("-sort_order", "-pk").values_list("resource_id", "value"):
            phones[pk] = value
        for pk, key, name, reading, address in chunk:
            yield Look(key, name, plain(reading), plain(address), digits(phones.get(pk, "")))
