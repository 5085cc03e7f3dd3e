"""A pack as files: Excel with a sheet for each list, and CSV. Every cell is text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from ...exchange.shared import Address, cells, columns, safe_cell
from ..choices import Meeting
from ..models import ContactPoint
from ..packs import Contents
from ..services import value_of

Row = list[str]
# Excel's own limits for the names of sheets and the text of a cell.
SHEET_NAME = 31
# One for all cells: made anew for each it took half of the time.
ALIGNMENT = Alignment(wrap_text=True, vertical="top")
LONGEST_CELL = 32_767
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\']")
# What XML cannot hold; validators keep it out, an imported name might not.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def contact_header() -> Row:
    """The columns of a list of contact points."""
    return [
        _("機関"),
        _("よみ"),
        _("係・窓口"),
        _("連絡調整担当"),
        _("担う事業"),
        _("分野"),
        _("担当の圏域"),
        _("担当の役割"),
        _("担当者"),
        _("直通電話"),
        _("内線"),
        _("FAX"),
        _("メール"),
        _("連絡してほしい方法"),
        _("受付時間"),
        _("時間外の番号"),
        _("こんなときに連絡を"),
        _("はじめに伝えること"),
        _("本人の同意"),
        _("声をかける会議"),
        _("広い範囲の窓口"),
        _("最終確認日"),
        _("確かめ方"),
    ]


def contact_row(contact: ContactPoint) -> Row:
    """A contact point, column by column."""
    organisation = contact.organisation
    return [
        organisation.name if organisation else _("（なくなった機関）"),
        organisation.reading if organisation else "",
        contact.unit,
        "○" if contact.is_coordinator else "",
        "、".join(map(str, contact.roles.all())),
        "、".join(field.name for field in contact.fields.all()),
        "、".join(area.name for area in contact.areas.all()),
        contact.duty,
        contact.shown_person,
        contact.direct_line,
        contact.extension,
        contact.fax,
        contact.mail,
        value_of(contact, "preferred_way"),
        contact.hours,
        contact.night_line,
        contact.when_to_call,
        contact.what_to_say,
        value_of(contact, "consent"),
        "、".join(str(Meeting(code).label) for code in contact.meetings),
        "○" if contact.is_wide_area else "",
        contact.confirmed_on.isoformat() if contact.confirmed_on else "",
        value_of(contact, "confirmed_by"),
    ]


def contacts_csv(today: Contents) -> str:
    """All contact points of a pack, with the list on which each stands."""
    rows = [[part.list.title, *contact_row(contact)] for part in today.contacts for contact in part.contacts]
    return _csv([_("一覧"), *contact_header()], rows)


def resources_csv(today: Contents, address: Address, day: date) -> str:
    """All public resources of a pack; `address` makes a path absolute."""
    rows = [
        [part.list.title, *cells(resource, address, day)] for part in today.resources for resource in part.resources
    ]
    return _csv([_("一覧"), *columns()], rows)


def _csv(header: Row, rows: Iterable[Row]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return buffer.getvalue()


def excel(today: Contents, address: Address, day: date) -> bytes:
    """A pack as a workbook: what it is and why, then a sheet for each list, its head frozen, telephone numbers as text.

    `address` makes a path absolute.
    """
    book = Workbook()
    first: Any = book.active
    first.title = _("はじめに")
    _introduce(first, today, day)
    used = {first.title}
    for part in today.contacts:
        rows = [contact_row(contact) for contact in part.contacts]
        _fill(book.create_sheet(_sheet_name(part.list.title, used)), contact_header(), rows)
    for shared in today.resources:
        rows = [cells(resource, address, day) for resource in shared.resources]
        _fill(book.create_sheet(_sheet_name(shared.list.title, used)), columns(), rows)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _introduce(sheet: Worksheet, today: Contents, day: date) -> None:
    pack = today.pack
    lines: list[Sequence[str]] = [
        [pack.title],
        [" ".join(filter(None, (pack.number, pack.document)))],
        [pack.intro],
        [],
        [_("書き出した日"), day.isoformat()],
        [_("版"), today.version],
        [
            _("取りあつかい"),
            _("連絡先の一覧は、仕事で使う人だけのものです。外に出したり、掲示したりしないでください。"),
        ],
        [],
        [_("一覧"), _("件数"), _("通知の項"), _("お渡しする理由")],
        *[[p.list.title, str(p.total), p.list.section, p.list.reason] for p in today.contacts],
        *[[p.list.title, str(p.total), p.list.section, p.list.reason] for p in today.resources],
    ]
    for number, line in enumerate(lines, start=1):
        for column, value in enumerate(line, start=1):
            _write(sheet, number, column, value)
    sheet["A1"].font = Font(bold=True, size=16)
    for letter, width in zip("ABCD", (34, 44, 16, 70), strict=True):
        sheet.column_dimensions[letter].width = width


def _fill(sheet: Worksheet, header: Row, rows: list[Row]) -> None:
    for number, row in enumerate([header, *rows], start=1):
        for column, value in enumerate(row, start=1):
            _write(sheet, number, column, value)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8F1FE")
    for column in range(1, len(header) + 1):
        longest = max((_width(row[column - 1]) for row in [header, *rows]), default=8)
        sheet.column_dimensions[get_column_letter(column)].width = min(max(longest + 2, 10), 44)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def _write(sheet: Worksheet, row: int, column: int, value: str) -> None:
    cell = sheet.cell(row=row, column=column)
    cell.value = _NOT_IN_XML.sub("", value)[:LONGEST_CELL]
    # Text whatever it looks like: neither a formula nor a number whose first zero is lost. The quote keeps it so when edited.
    cell.data_type, cell.number_format, cell.quotePrefix = "s", "@", True
    cell.alignment = ALIGNMENT


def _sheet_name(title: str, used: set[str]) -> str:
    base = _NOT_IN_SHEET_NAMES.sub(" ", title).strip()[:SHEET_NAME] or _("一覧")
    name, number = base, 2
    while name.lower() in {one.lower() for one in used}:
        suffix = f" {number}"
        name, number = base[: SHEET_NAME - len(suffix)] + suffix, number + 1
    used.add(name)
    return name


def _width(text: str) -> int:
    """How wide the widest line is, in half-width characters."""
    # In this encoding a full-width character is two bytes, a half-width one is one.
    return max((len(line.encode("cp932", "replace")) for line in text.splitlines()), default=0)
