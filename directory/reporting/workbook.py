"""The report as Excel, for the plan's own tables: numbers with what they mean and of which day they are."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ..areas.index import AreaNode
from ..choices import Kind
from . import words
from .coverage import Coverage, Line, Share, gaps
from .distances import Reach, TownPoint
from .groups import HOLIDAY, Slot

Row = Sequence[str | int | None]
WIDEST = 60
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Report:
    """All that page and file show of one choice of layer and kind. `before`: the month that is compared with."""

    coverage: Coverage
    layer: str
    areas: Sequence[AreaNode]
    kind: Kind | None
    lines: Sequence[Line]
    reach: Reach
    before: date | None

    @property
    def names(self) -> dict[str, str]:
        """Names of areas by address."""
        return {area.slug: area.name for area in self.areas}

    @property
    def field_names(self) -> dict[str, str]:
        """Names of fields by code."""
        return dict(self.coverage.fields.values())


def excel(report: Report) -> bytes:
    """A workbook: what it is, then a sheet for each table."""
    book = Workbook()
    first: Any = book.active
    first.title = _("定義")
    _introduce(first, report)
    for title, rows in sheets(report):
        _fill(book.create_sheet(title), rows)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def sheets(report: Report) -> list[tuple[str, list[Row]]]:
    """The tables by the names of their sheets, headings first."""
    return [
        (_("分野×圏域"), _of_areas(report)),
        (_("種類"), _of_shares(_("種類"), report.coverage.shares())),
        (_("分野"), _of_shares(_("分野"), report.coverage.shares_of_fields(report.kind))),
        (_("曜日・時間帯"), _of_slots(report)),
        (_("分野×時間帯"), _of_times(report)),
        (_("不足"), _of_gaps(report)),
        (_("居場所から遠い町"), _of_towns(report)),
        (_("前の月との差"), _of_changes(report)),
    ]


def _table(heading: Row, rows: Iterable[Row]) -> list[Row]:
    return [heading, *rows]


def _of_areas(report: Report) -> list[Row]:
    return _table(
        [_("分野"), _("合計"), _("市全体"), *(area.name for area in report.areas)],
        ([_name(line), line.total.count, line.whole.count, *(c.count for c in line.cells)] for line in report.lines),
    )


def _of_shares(heading: str, shares: Sequence[Share]) -> list[Row]:
    columns = words.shares()
    return _table(
        [heading, *(label for _name, label in columns)],
        ([share.name or _("すべて"), *(getattr(share, name) for name, _label in columns)] for share in shares),
    )


def _of_slots(report: Report) -> list[Row]:
    found, parts = report.coverage.slots(report.kind), words.parts()
    return _table(
        [_("曜日"), *(label for _code, label in parts)],
        ([words.DAYS[day], *(found[Slot(day, code)] for code, _label in parts)] for day in range(HOLIDAY + 1)),
    )


def _of_times(report: Report) -> list[Row]:
    columns = words.times()
    rows = report.coverage.times_of_fields(report.kind)
    return _table(
        [_("分野"), *(label for _code, label in columns)],
        ([name, *(found[code] for code, _label in columns)] for name, found in rows),
    )


def _of_gaps(report: Report) -> list[Row]:
    whole = {line.code: line.whole.count for line in report.lines}
    return _table(
        [_("分野"), _("圏域"), _("件数"), _("市全体のもの")],
        (
            [report.field_names[cell.field], report.names[cell.area], cell.count, whole[cell.field]]
            for cell in gaps(report.lines)
        ),
    )


def _of_towns(report: Report) -> list[Row]:
    origins = {"records": _("町にある社会資源の位置の平均"), "area": _("圏域の代表点")}

    def row(town: TownPoint) -> Row:
        near = _("1km以内にない") if town.origin else _("地点が分からない")
        return [town.name, near, origins.get(town.origin, "")]

    return _table([_("町"), _("居場所まで"), _("町の地点")], map(row, (*report.reach.far, *report.reach.unknown)))


def _of_changes(report: Report) -> list[Row]:
    if report.before is None:
        return [[_("残してある前の月がないので、差はまだ出せません。")]]
    return [
        [_("分野"), _("合計"), _("市全体"), *(area.name for area in report.areas)],
        *(
            [_name(line), line.total.change, line.whole.change, *(c.change for c in line.cells)]
            for line in report.lines
        ),
    ]


def _name(line: Line) -> str:
    return line.name or _("すべての分野")


def _introduce(sheet: Worksheet, report: Report) -> None:
    before = _("なし") if report.before is None else f"{report.before:%Y-%m}"
    home = report.coverage.home
    rows: list[Row] = [
        [_("社会資源の充足状況"), home.name if home else ""],
        [_("数えた日"), words.day_in_words(report.coverage.on)],
        [_("圏域の層"), report.layer],
        [_("種類"), str(report.kind.label) if report.kind else _("すべて")],
        [_("くらべた前の月"), before],
        [],
        *words.definitions(report.coverage.fresh_days),
    ]
    _write(sheet, rows)
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 90
    for row in sheet.iter_rows():
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _fill(sheet: Worksheet, rows: Sequence[Row]) -> None:
    _write(sheet, rows)
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8F1FE")
    for column in range(1, len(rows[0]) + 1):
        longest = max(_width(row[column - 1]) for row in rows)
        sheet.column_dimensions[get_column_letter(column)].width = min(longest + 2, WIDEST)
    sheet.freeze_panes = "B2"


def _write(sheet: Worksheet, rows: Sequence[Row]) -> None:
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(row=number, column=column)
            cell.value = _NOT_IN_XML.sub("", value) if isinstance(value, str) else value
            if isinstance(value, str):
                # Text whatever it looks like: a name that begins with "=" is no formula.
                cell.data_type, cell.quotePrefix = "s", True


def _width(value: str | int | None) -> int:
    # In this encoding a full-width character is two bytes.
    return max(8, len(str("" if value is None else value).encode("cp932", "replace")))
