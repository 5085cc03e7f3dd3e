"""Excel files written as they go, the same bytes for the same content, with every cell a text.

A workbook of 100,000 rows must not stand in memory, and a date of making would make two of the same register differ; so the
few parts of the format that we use are written here. Source: ECMA-376, part 1 (18.3 worksheets, 22.9.2.19 ST_Xstring).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter

# The oldest moment that a zip file can say.
_EPOCH = (1980, 1, 1, 0, 0, 0)
# Excel's own limits.
LONGEST_CELL, SHEET_NAME, MOST_ROWS = 32_767, 31, 1_048_576
# What XML cannot hold is written as _x0001_, and so is what looks like such a code already.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_CODED = re.compile("_x([0-9A-Fa-f]{4})_")
_HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

TEXT, HEAD, WRONG = 1, 2, 3
_STYLES = f"""{_HEADER}<styleSheet xmlns="{_MAIN}">
<fonts count="2"><font><sz val="11"/><name val="Yu Gothic"/></font><font><b/><sz val="11"/><name val="Yu Gothic"/></font></fonts>
<fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>\
<fill><patternFill patternType="solid"><fgColor rgb="FFE8F1FE"/></patternFill></fill>\
<fill><patternFill patternType="solid"><fgColor rgb="FFFFD9D9"/></patternFill></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/>
<xf numFmtId="49" fontId="1" fillId="2" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1"/>
<xf numFmtId="49" fontId="0" fillId="3" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1" applyFill="1"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>"""


def coded(text: str) -> str:
    """A text as a cell holds it."""
    return _HIDDEN.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def decoded(text: str) -> str:
    """A text as a cell means it."""
    return _CODED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


class TooMuch(ValueError):
    """More than a sheet or a cell of Excel holds."""


class Workbook:
    """A workbook that is being written: one sheet after the other, then `close`."""

    def __init__(self, target: Path | IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
        self._sheets: list[str] = []
        self._noted: list[int] = []

    def sheet(
        self,
        name: str,
        header: Sequence[str],
        rows: Iterable[Sequence[str]],
        notes: dict[tuple[int, int], str] | None = None,
    ) -> None:
        """Write a sheet whose first row is its header. `notes` are comments by (row, column) from 1; their cells are marked.

        Raises TooMuch.
        """
        self._sheets.append(name[:SHEET_NAME])
        number, notes = len(self._sheets), notes or {}
        marked = {place[0] for place in notes}
        with self._open(f"xl/worksheets/sheet{number}.xml") as file:
            last = get_column_letter(max(len(header), 1))
            file.write(
                f'{_HEADER}<worksheet xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheetViews><sheetView workbookViewId="0">'
                f'<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
                f'<sheetFormatPr defaultRowHeight="18"/><cols><col min="1" max="{max(len(header), 1)}" width="20" '
                'customWidth="1"/></cols><sheetData>'.encode()
            )
            file.write(self._row(1, header, HEAD, {}))
            for at, row in enumerate(rows, start=2):
                if at > MOST_ROWS:
                    raise TooMuch(name)
                file.write(self._row(at, row, TEXT, notes if at in marked else {}))
            file.write(f'</sheetData><autoFilter ref="A1:{last}1"/>'.encode())
            if notes:
                file.write(b'<legacyDrawing r:id="rId1"/>')
            file.write(b"</worksheet>")
        if notes:
            self._noted.append(number)
            self._write_notes(number, notes)

    @staticmethod
    def _row(number: int, cells: Sequence[str], style: int, notes: dict[tuple[int, int], str]) -> bytes:
        parts = [f'<row r="{number}">']
        for column, text in enumerate(cells, start=1):
            chosen = WRONG if (number, column) in notes else style
            if not text and chosen != WRONG:
                continue
            if len(text) > LONGEST_CELL:
                raise TooMuch(text[:40])
            parts.append(
                f'<c r="{_letter(column)}{number}" s="{chosen}" t="inlineStr"><is><t xml:space="preserve">'
                f"{escape(coded(text))}</t></is></c>"
            )
        parts.append("</row>")
        return "".join(parts).encode()

    def _write_notes(self, sheet: int, notes: dict[tuple[int, int], str]) -> None:
        listed = "".join(
            f'<comment ref="{get_column_letter(column)}{row}" authorId="0"><text><r><t xml:space="preserve">'
            f"{escape(coded(text[:LONGEST_CELL]))}</t></r></text></comment>"
            for (row, column), text in sorted(notes.items())
        )
        self._put(
            f"xl/comments{sheet}.xml",
            f'{_HEADER}<comments xmlns="{_MAIN}"><authors><author></author></authors><commentList>{listed}</commentList>'
            "</comments>",
        )
        # Excel shows a comment only where a shape of the old drawing language stands for it.
        shapes = "".join(
            f'<v:shape id="s{number}" type="#_x0000_t202" style="position:absolute;width:240pt;height:90pt;visibility:hidden" '
            f'fillcolor="#ffffe1"><x:ClientData ObjectType="Note"><x:Row>{row - 1}</x:Row><x:Column>{column - 1}</x:Column>'
            "</x:ClientData></v:shape>"
            for number, (row, column) in enumerate(sorted(notes), start=1)
        )
        self._put(
            f"xl/drawings/vmlDrawing{sheet}.vml",
            '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
            'xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shapetype id="_x0000_t202" coordsize="21600,21600" '
            f'o:spt="202" path="m,l,21600r21600,l21600,xe"/>{shapes}</xml>',
        )
        self._put(
            f"xl/worksheets/_rels/sheet{sheet}.xml.rels",
            _relations(
                ("rId1", f"{_RELATIONS}/vmlDrawing", f"../drawings/vmlDrawing{sheet}.vml"),
                ("rId2", f"{_RELATIONS}/comments", f"../comments{sheet}.xml"),
            ),
        )

    def close(self) -> None:
        """Write what says which sheets there are."""
        numbers = range(1, len(self._sheets) + 1)
        kinds = "".join(
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/>'
            for number in numbers
        ) + "".join(
            f'<Override PartName="/xl/comments{number}.xml" ContentType="{_SHEET_TYPE}.comments+xml"/>'
            for number in self._noted
        )
        self._put(
            "[Content_Types].xml",
            f'{_HEADER}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="vml" '
            'ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/><Default Extension="xml" '
            f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET_TYPE}.styles+xml"/>{kinds}</Types>',
        )
        self._put("_rels/.rels", _relations(("rId1", f"{_RELATIONS}/officeDocument", "xl/workbook.xml")))
        sheets = "".join(
            f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="{number}" r:id="rId{number}"/>'
            for number, name in enumerate(self._sheets, start=1)
        )
        self._put(
            "xl/workbook.xml",
            f'{_HEADER}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets></workbook>',
        )
        self._put(
            "xl/_rels/workbook.xml.rels",
            _relations(
                *((f"rId{number}", f"{_RELATIONS}/worksheet", f"worksheets/sheet{number}.xml") for number in numbers),
                (f"rId{len(self._sheets) + 1}", f"{_RELATIONS}/styles", "styles.xml"),
            ),
        )
        self._put("xl/styles.xml", _STYLES)
        self._zip.close()

    def _open(self, name: str) -> IO[bytes]:
        entry = zipfile.ZipInfo(name, _EPOCH)
        entry.compress_type = zipfile.ZIP_DEFLATED
        return self._zip.open(entry, "w", force_zip64=True)

    def _put(self, name: str, text: str) -> None:
        with self._open(name) as file:
            file.write(text.encode())


_letters: dict[int, str] = {}


def _letter(column: int) -> str:
    return _letters.get(column) or _letters.setdefault(column, get_column_letter(column))


def _relations(*targets: tuple[str, str, str]) -> str:
    listed = "".join(f'<Relationship Id="{name}" Type="{kind}" Target="{target}"/>' for name, kind, target in targets)
    return f'{_HEADER}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'
