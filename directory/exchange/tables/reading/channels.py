"""Ways to get in touch, out of the cells of a record: a row of `channels` for each number, mail and page."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from directory.choices import ChannelKind

from ..rows import Cell, Problem, Row
from . import cells
from .records import Record

LONGEST_NOTE = 200
# Lists of groups hold the numbers of their members.
MOBILE = re.compile(r"0[789]0-")


def channel_rows(record: Record) -> list[Row]:
    """The rows; what is no number, mail or page is told. The same one twice is written once."""
    rows: list[Row] = []
    seen: set[tuple[str, str]] = set()

    def add(kind: ChannelKind, value: str, note: str, header: str) -> None:
        if (kind.value, value) in seen:
            return
        seen.add((kind.value, value))
        place = record.place(header)
        row = Row("channels", place)
        row.cells["kind"] = Cell(kind.value, place)
        row.cells["value"] = Cell(value, place)
        if note:
            row.cells["note"] = Cell(note[:LONGEST_NOTE], place)
        rows.append(row)

    extension = record.text("extension")
    # 電話番号1_連絡先備考 is about 電話番号1.
    remarks = {header.rsplit("_", 1)[0]: text for text, header in record.each("channel_note") if "_" in header}
    for column in ("phone", "fax"):
        for text, header in record.each(column):
            numbers, left = cells.numbers_of(text, column)
            for number in numbers:
                note = number.note or remarks.get(header, "").strip("（）()")
                if extension and number.kind == "phone" and "内線" not in note and not rows:
                    note = f"{note} 内線{extension}".strip()
                add(ChannelKind(number.kind), number.value, note, header)
                if MOBILE.match(number.value):
                    message = _("携帯電話の番号です。個人の番号なら、公開する前に消してください。")
                    record.notes.append(Problem(record.place(header), number.value, message))
                if number.repaired:
                    message = _("はじめの0がなかったので、おぎないました（%(number)s）。")
                    record.notes.append(Problem(record.place(header), text[:100], message % {"number": number.value}))
            mails, links = (cells.mails_of(text), cells.links_of(text)) if not numbers else ([], [])
            for value in mails:
                add(ChannelKind.MAIL, value, "", header)
            for value in links:
                add(ChannelKind.WEB, value, "", header)
            if left and not mails and not links:
                message = _("電話番号として読めません。市外局番から書いてください。取り込みません。")
                if cells.postal_code_of(left):
                    message = _("郵便番号のようです。列がずれていないか確かめてください。取り込みません。")
                record.notes.append(Problem(record.place(header), left[:100], message))
    for column, kind, find in (
        ("mail", ChannelKind.MAIL, cells.mails_of),
        ("web", ChannelKind.WEB, cells.links_of),
        ("form", ChannelKind.FORM, cells.links_of),
    ):
        for text, header in record.each(column):
            values = find(text)
            for value in values:
                add(kind, value, remarks.get(header, "").strip("（）()"), header)
            if not values and not cells.is_nothing(text, zero=True):
                message = (
                    _("メールアドレスとして読めません。取り込みません。")
                    if kind == ChannelKind.MAIL
                    else _("ホームページのアドレスとして読めません（https:// から書きます）。取り込みません。")
                )
                record.notes.append(Problem(record.place(header), text[:100], message))
    return rows
