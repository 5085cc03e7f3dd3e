"""What no block may be saved for publication with: links that say nothing, headings that skip a rank, tables without headings."""

from __future__ import annotations

import csv
import io
import re
import unicodedata

from bs4 import BeautifulSoup

# Whoever has a list of all links read to them hears these alone.
SAYS_NOTHING = re.compile(
    r"((くわしく|詳しく|詳細)は)?(こちら|ここ)(から|へ|まで|をクリック|をご覧ください|を見てください)?"
    r"|詳細|クリック|リンク先?|続き(を読む)?|もっと見る|url|pdf|ページ|here|https?://.*|www\..*"
)
EDGES = re.compile(r"^[\W_]+|[\W_]+$")
SEPARATOR = re.compile(r"\s*[|｜]\s*")
MOST_COLUMNS, MOST_ROWS = 8, 100


def says_nothing(text: str) -> bool:
    """Whether the words of a link tell nobody where it leads: 「こちら」, a bare address, or no words at all."""
    words = EDGES.sub("", unicodedata.normalize("NFKC", text)).replace(" ", "").casefold()
    return not words or SAYS_NOTHING.fullmatch(words) is not None


def empty_links(html: str) -> list[str]:
    """The words of links in rich text that say nothing, as they stand there."""
    links = BeautifulSoup(html, "html.parser").find_all("a")
    return [link.get_text().strip() for link in links if says_nothing(link.get_text())]


def has_subheading(html: str) -> bool:
    """Whether rich text has a heading of the rank below that of a heading block."""
    return BeautifulSoup(html, "html.parser").find("h3") is not None


def rows_of(text: str) -> list[list[str]]:
    """The cells of a table as somebody pasted it from Excel (tabs), or wrote it with ｜ between them. Rows are as long as the longest;
    empty rows are left out."""
    if "\t" in text:
        rows = [[" ".join(cell.split()) for cell in row] for row in csv.reader(io.StringIO(text), dialect="excel-tab")]
    else:
        rows = [SEPARATOR.split(line.strip().strip("|｜").strip()) for line in text.splitlines()]
    rows = [row for row in rows if any(row)]
    width = max(map(len, rows), default=0)
    # Columns that are empty all the way down came along from the sheet.
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    used = [column for column in range(width) if any(row[column] for row in padded)]
    return [[row[column] for column in used] for row in padded]
