"""The areas of a city out of its own tables: one of 町字, and, for who wants to say more, one of areas.

The table of 町字 has a row for each 町字: 「町字」「よみ」「郵便番号」「備考」, and one column for each layer of areas, named as
the layer and holding the name of the area. A 町字 of which parts lie in several areas of a layer stands in several rows, or has
them in one cell between 「／」. Which area lies in which other is told by the 町字: of two layers the one further left is the
broader.

The table of areas has a row for each area: 「層」「名前」, and if known 「よみ」「ほかの呼び方」「上の圏域」
「アドレスに使う名前」「緯度」「経度」.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from directory.exchange.tables.rows import Place, Problem
from directory.models import Area, AreaLayer, Town

from .table import Line, Table, TableError, read_table

# Headers by what they mean, the one of our own layout first.
TOWN, READING, POSTAL, NOTE = "町字", "よみ", "郵便番号", "備考"
LAYER, NAME, ALIASES, PARENT, SLUG, LAT, LON = (
    "層", "名前", "ほかの呼び方", "上の圏域", "アドレスに使う名前", "緯度", "経度",
)  # fmt: skip
ALSO = {
    TOWN: ("町字名", "町名", "町丁目", "町丁・字", "大字", "大字・町"),
    READING: ("読み", "読みがな", "ふりがな", "フリガナ", "カナ", "町字_カナ"),
    POSTAL: ("〒", "郵便番号(7桁)", "郵便番号(7けた)"),
    NOTE: ("メモ", "注記"),
    LAYER: ("圏域の層", "層の名前"),
    NAME: ("圏域", "圏域名", "名称"),
    PARENT: ("属する圏域",),
}
OF_TOWNS = (TOWN, READING, POSTAL, NOTE)
OF_AREAS = (LAYER, NAME, READING, ALIASES, PARENT, SLUG, LAT, LON)
# What lists of 町字 also have, and nobody needs here.
IGNORED = frozenset(
    {"都道府県", "都道府県名", "市町村", "市町村名", "市区町村", "市区町村名", "全国地方公共団体コード", "No", "NO"}
)
BETWEEN = re.compile(r"[／、;；\n]|(?<=\S)/(?=\S)")
POSTAL_BETWEEN = re.compile(r"[／/、,;；\s]+")


@dataclass(slots=True)
class AreaPlan:
    """An area as the tables say it; `parent` is the key of the area it lies in, None the municipality itself."""

    layer: str
    name: str
    reading: str = ""
    aliases: str = ""
    slug: str = ""
    lat: float | None = None
    lon: float | None = None
    parent: tuple[str, str] | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from every other area of the municipality."""
        return self.layer, self.name


@dataclass(slots=True)
class TownPlan:
    """A 町字 as the table says it; `areas` are keys."""

    name: str
    reading: str = ""
    codes: list[str] = field(default_factory=list)
    areas: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Land:
    """Layers from the broadest to the narrowest, their areas, the 町字, and what was repaired, in words."""

    layers: list[str] = field(default_factory=list)
    areas: dict[tuple[str, str], AreaPlan] = field(default_factory=dict)
    towns: dict[str, TownPlan] = field(default_factory=dict)
    repaired: list[str] = field(default_factory=list)


def read_land(towns: Path | None, areas: Path | None, layers: Iterable[str] = ()) -> Land:
    """Read the tables. `layers`: their order, where it is not that of the columns. Raises TableError for each table's problems;
    where both have some, those of both."""
    land, problems = Land(layers=list(layers)), []
    for path, read in ((towns, _read_towns), (areas, _read_areas)):
        if path is not None:
            try:
                read(land, read_table(path))
            except TableError as error:
                problems.append(error)
    if problems:
        raise problems[0] if len(problems) == 1 else BothTablesError(problems)
    _nest(land)
    return land


class BothTablesError(TableError):
    """Problems of two tables."""

    def __init__(self, errors: list[TableError]) -> None:
        super().__init__(errors[0].file, [problem for error in errors for problem in error.problems])
        self.args = ("\n".join(str(error) for error in errors),)


def _columns(table: Table, known: Iterable[str]) -> dict[str, str]:
    """What each header means: one of `known`, or itself."""
    meaning = {other: name for name in known for other in (name, *ALSO.get(name, ()))}
    return {header: meaning.get(header, header) for header in table.headers}


def _read_towns(land: Land, table: Table) -> None:
    columns, problems = _columns(table, OF_TOWNS), []
    if TOWN not in columns.values():
        raise TableError(table.file, [_missing_column(table, TOWN)])
    own = [name for name in columns.values() if name not in OF_TOWNS and name not in IGNORED]
    if land.layers:
        problems += [
            Problem(
                Place(column=name), "", _("設定の「layers」にない列です。layers に書き足すか、列を消してください。")
            )
            for name in own
            if name not in land.layers
        ]
    else:
        land.layers = own
    problems += [problem for name in own for problem in _too_long(Place(column=name), name, _longest(AreaLayer))]
    for line in table.lines:
        cells = {columns[header]: text for header, text in line.cells.items()}
        problems += _town(land, line, cells, own)
    if problems:
        raise TableError(table.file, problems)


def _town(land: Land, line: Line, cells: Mapping[str, str], layers: list[str]) -> Iterator[Problem]:
    def place(column: str) -> Place:
        return Place(row=line.number, column=column)

    name = cells.get(TOWN, "")
    if not name:
        yield Problem(place(TOWN), "", _("町字の名前が空です。書くか、行を消してください。"))
        return
    yield from _too_long(place(TOWN), name, _longest(Town))
    town = land.towns.setdefault(name, TownPlan(name))
    reading = _hiragana(cells.get(READING, ""))
    if reading and town.reading and reading != town.reading:
        yield Problem(
            place(READING),
            reading,
            _("同じ町字の前の行では「{other}」です。どちらかに直してください。").format(other=town.reading),
        )
    town.reading = town.reading or reading
    yield from _too_long(place(READING), reading, _longest(Town, "reading"))
    for written in filter(None, POSTAL_BETWEEN.split(cells.get(POSTAL, ""))):
        code, repaired = read_postal_code(written)
        if not code:
            yield Problem(place(POSTAL), written, _("郵便番号は7けたの数字です。"))
        elif code not in town.codes:
            town.codes.append(code)
            if repaired:
                land.repaired.append(
                    _("{row}行目の郵便番号「{written}」は、先頭の0をおぎなって {code} にしました。").format(
                        row=line.number, written=written, code=f"{code[:3]}-{code[3:]}"
                    )
                )
    for layer in layers:
        for area in filter(None, (part.strip() for part in BETWEEN.split(cells.get(layer, "")))):
            yield from _too_long(place(layer), area, _longest(Area))
            land.areas.setdefault((layer, area), AreaPlan(layer, area))
            if (layer, area) not in town.areas:
                town.areas.append((layer, area))
    if (note := cells.get(NOTE, "")) and note not in town.notes:
        town.notes.append(note)
        yield from _too_long(place(NOTE), "、".join(town.notes), _longest(Town, "note"))


def read_postal_code(written: str) -> tuple[str, bool]:
    """Seven digits, and whether a zero in front was repaired; ("", False) for what is no postal code."""
    digits = re.sub(r"[〒\s‐‑–—―ー−-]", "", unicodedata.normalize("NFKC", written))
    if not (digits.isascii() and digits.isdigit()):
        return "", False
    # Spreadsheets drop zeros in front; no postal code begins with more than two of them.
    return (digits.zfill(7), len(digits) < 7) if 5 <= len(digits) <= 7 else ("", False)


def _read_areas(land: Land, table: Table) -> None:
    columns, problems = _columns(table, OF_AREAS), []
    missing = [name for name in (LAYER, NAME) if name not in columns.values()]
    problems += [_missing_column(table, name) for name in missing]
    problems += [
        Problem(
            Place(column=name), "", _("知らない見出しです。使える見出し：{names}").format(names="、".join(OF_AREAS))
        )
        for name in columns.values()
        if name not in OF_AREAS
    ]
    if problems:
        raise TableError(table.file, problems)
    from_towns = bool(land.towns)
    seen: set[tuple[str, str]] = set()
    parents: list[tuple[Line, AreaPlan, str]] = []
    for line in table.lines:
        cells = {columns[header]: text for header, text in line.cells.items()}
        problems += _area(land, line, cells, seen, parents, from_towns=from_towns)
    by_name: dict[str, list[tuple[str, str]]] = {}
    for key in land.areas:
        by_name.setdefault(key[1], []).append(key)
    for line, area, name in parents:
        found = [key for key in by_name.get(name, ()) if key != area.key]
        if len(found) == 1 and land.layers.index(found[0][0]) < land.layers.index(area.layer):
            area.parent = found[0]
        else:
            problems.append(
                Problem(
                    Place(row=line.number, column=PARENT),
                    name,
                    _("より広い層に、この名前の圏域がひとつだけあるようにしてください（広い層を先に書きます）。"),
                )
            )
    if problems:
        raise TableError(table.file, problems)


def _area(
    land: Land,
    line: Line,
    cells: Mapping[str, str],
    seen: set[tuple[str, str]],
    parents: list[tuple[Line, AreaPlan, str]],
    *,
    from_towns: bool,
) -> Iterator[Problem]:
    def place(column: str) -> Place:
        return Place(row=line.number, column=column)

    layer, name = cells.get(LAYER, ""), cells.get(NAME, "")
    if not layer or not name:
        yield Problem(place(NAME if layer else LAYER), "", _("空です。書くか、行を消してください。"))
        return
    if (layer, name) in seen:
        yield Problem(place(NAME), name, _("同じ層に同じ名前が2度あります。1行にしてください。"))
        return
    seen.add((layer, name))
    if layer not in land.layers:
        if from_towns:
            yield Problem(
                place(LAYER), layer, _("町字の表にない層です。使える層：{names}").format(names="、".join(land.layers))
            )
            return
        land.layers.append(layer)
    yield from _too_long(place(LAYER), layer, _longest(AreaLayer))
    area = land.areas.setdefault((layer, name), AreaPlan(layer, name))
    area.reading, area.aliases = _hiragana(cells.get(READING, "")), " ".join(cells.get(ALIASES, "").split())
    area.slug = cells.get(SLUG, "").lower()
    for column, text, limit in (
        (NAME, name, _longest(Area)),
        (READING, area.reading, _longest(Area, "reading")),
        (ALIASES, area.aliases, _longest(Area, "aliases")),
        (SLUG, area.slug, _longest(Area, "slug")),
    ):
        yield from _too_long(place(column), text, limit)
    if area.slug and not re.fullmatch(r"[a-z0-9][a-z0-9-]*", area.slug):
        yield Problem(place(SLUG), area.slug, _("半角の英小文字・数字・ハイフンだけで書いてください。"))
    elif area.slug and any(other.slug == area.slug for other in land.areas.values() if other is not area):
        yield Problem(place(SLUG), area.slug, _("ほかの圏域と同じです。ちがう名前にしてください。"))
    yield from _point(area, cells, place(LAT))
    if parent := cells.get(PARENT, ""):
        parents.append((line, area, parent))


def _point(area: AreaPlan, cells: Mapping[str, str], place: Place) -> Iterator[Problem]:
    written = cells.get(LAT, ""), cells.get(LON, "")
    if not any(written):
        return
    try:
        lat, lon = (float(unicodedata.normalize("NFKC", text)) for text in written)
    except ValueError:
        yield Problem(place, " ".join(written).strip(), _("緯度と経度は、35.01 のような数で、両方書いてください。"))
        return
    if 20 <= lat <= 46 and 122 <= lon <= 154:
        area.lat, area.lon = lat, lon
    else:
        yield Problem(
            place, " ".join(written), _("日本の外です。緯度（20〜46）と経度（122〜154）が入れかわっていませんか。")
        )


def _nest(land: Land) -> None:
    """Put each area into the narrowest broader one that has all of its 町字, unless the table of areas says where it lies."""
    towns: dict[tuple[str, str], set[str]] = {}
    for town in land.towns.values():
        for key in town.areas:
            towns.setdefault(key, set()).add(town.name)
    for area in land.areas.values():
        if area.parent is None and (own := towns.get(area.key)):
            for layer in reversed(land.layers[: land.layers.index(area.layer)]):
                around = [key for key, members in towns.items() if key[0] == layer and own <= members]
                if len(around) == 1:
                    area.parent = around[0]
                    break
    # A layer that holds no area says nothing.
    land.layers = [layer for layer in land.layers if any(key[0] == layer for key in land.areas)]


def _missing_column(table: Table, name: str) -> Problem:
    return Problem(
        Place(column=name),
        "",
        _("この見出しの列がありません。いまの見出し：{names}").format(names="、".join(table.headers)),
    )


def _longest(model: type[Area] | type[AreaLayer] | type[Town], column: str = "name") -> int:
    return getattr(model._meta.get_field(column), "max_length", None) or 0


def _too_long(place: Place, text: str, limit: int) -> Iterator[Problem]:
    if len(text) > limit:
        yield Problem(place, f"{text[:20]}…", _("長すぎます（{limit}字まで）。").format(limit=limit))


def _hiragana(text: str) -> str:
    """A reading in hiragana, as everything of the register is sorted by."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(chr(ord(sign) - 0x60) if "ァ" <= sign <= "ヶ" else sign for sign in folded)
