"""How a file of a city is read, kept under a name: so that next April nobody has to match its columns again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from django.utils.translation import gettext as _

from directory.choices import Kind

from .columns import columns, normalised

# A summary is made of facts of the row (where, and what kind of place) only if the profile says so.
FROM_FACTS = "facts"


class BadProfile(Exception):
    """A profile that cannot be used; the text says in Japanese what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a file before it is read.

    `columns`: header of the file -> our column (`fixtures/tables/columns.csv`); a header that is not named is listed as
    not taken. `constants`: our column -> the same text for every row. `key`: headers that together say which record it is.
    `keep`: headers without a column of ours whose text is kept with its header -> `body` or `staff_note`.
    `municipality` and
    `municipality_name`: code and name; rows of others are left out. `what`: the word for what they are in a summary made of facts.
    """

    name: str
    label: str = ""
    sheet: str = ""
    header_row: int = 0
    header_rows: int = 0
    encoding: str = ""
    delimiter: str = ""
    kind: str = Kind.DESK.value
    type: str = ""
    fields: str = ""
    areas: str = ""
    organisation: str = ""
    origin: str = ""
    key: tuple[str, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    keep: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    what: str = ""
    municipality: str = ""
    municipality_name: str = ""

    def column_of(self, header: str) -> str:
        """Our column for a header, however it is spelled; empty where there is none."""
        if header in self.columns:
            return self.columns[header]
        word = normalised(header)
        return next((column for known, column in self.columns.items() if normalised(known) == word), "")

    def to_json(self) -> str:
        """The profile as text, the same for the same profile."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Profile:
        """A profile out of its text. Raises BadProfile for what is none, or names columns that there are not."""
        try:
            data = json.loads(text)
        except ValueError as error:
            raise BadProfile(_("取り込みの設定が壊れています。もう一度、列を選び直してください。")) from error
        known = {item.name: item for item in fields(cls)}
        if not isinstance(data, dict) or not isinstance(data.get("name"), str) or not data.keys() <= known.keys():
            raise BadProfile(_("取り込みの設定が壊れています。もう一度、列を選び直してください。"))
        profile = cls(**{name: _typed(name, value) for name, value in data.items()})
        profile.check()
        return profile

    def check(self) -> None:
        """Raises BadProfile where it names what there is not."""
        unknown = sorted({column for column in self.columns.values() if column and column not in columns()})
        if unknown:
            raise BadProfile(_("登録簿にない列が書かれています: %(names)s") % {"names": "、".join(unknown)})
        if self.kind not in Kind.values:
            raise BadProfile(_("種類が正しくありません: %(kind)s") % {"kind": self.kind})
        if not set(self.keep.values()) <= {"body", "staff_note"}:
            raise BadProfile(_("残す先は「くわしく」か「職員用のメモ」です。"))


def _typed(name: str, value: Any) -> Any:
    if name == "key":
        right = isinstance(value, list) and all(isinstance(item, str) for item in value)
        value = tuple(value) if right else value
    elif name in {"columns", "constants", "keep"}:
        right = isinstance(value, dict) and all(isinstance(item, str) for pair in value.items() for item in pair)
    elif name in {"header_row", "header_rows"}:
        right = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    else:
        right = isinstance(value, str)
    if not right:
        raise BadProfile(_("取り込みの設定が壊れています。もう一度、列を選び直してください。"))
    return value
