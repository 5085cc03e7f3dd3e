"""Files of the demo's pages, written by code: forms that somebody could fill in, and that belong to nobody."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from openpyxl import Workbook
from openpyxl.styles import Font
from wagtail.documents import get_document_model

# By key: the title, and the rows.
PAPERS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "memo": (
        "相談のメモ",
        [
            ("話したいこと", ""),
            ("いつごろから", ""),
            ("いちばん困っていること", ""),
            ("まだ話したくないこと", ""),
            ("返事のもらい方（電話・メール・手紙）", ""),
        ],
    )
}


def paper(key: str, origin: str) -> Any:
    """The stored document of a key, written on first use."""
    title, rows = PAPERS[key]
    model = get_document_model()
    if known := model.objects.filter(title=title, tags__name=origin).first():
        return known
    book = Workbook()
    sheet: Any = book.active
    sheet.title = title
    sheet.append((title, ""))
    sheet["A1"].font = Font(bold=True, size=16)
    for row in rows:
        sheet.append(row)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 40, 60
    buffer = BytesIO()
    book.save(buffer)
    document = model(title=title, file=ContentFile(buffer.getvalue(), f"demo-{key}.xlsx"))
    document._set_document_file_metadata()
    document.save()
    document.tags.add(origin)
    return document
