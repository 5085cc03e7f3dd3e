"""How a value of a column is written as text in our own files, and read again: lossless, and in the words of the screen.

`write` and `read` are inverse to each other. `read` also takes what a person would type for the same value (`value` or label of
a choice, はい and yes); what it cannot take is `Unreadable`, which says what to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from ...choices import label_of
from ...fields import ChoiceSetField

# Between several values of a cell.
AND = "、"
# So alike must a known word be to be offered.
ALIKE = 55
_APART = re.compile(r"[、,，;；|\n]")
YES = frozenset({"はい", "yes", "true", "1", "○", "〇", "◯", "有", "あり", "可"})
NO = frozenset({"いいえ", "no", "false", "0", "×", "✕", "無", "なし", "不可"})
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]0{1,2}:00(?::00)?)?")
_TIME = re.compile(r"(\d{1,2})[:：時](\d{1,2})?分?(?::(\d{2}))?")


class Unreadable(ValueError):
    """A text that is no value of its column; `message` says so, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def nearest(text: str, known: Iterable[str]) -> str:
    """The known word that is most like the text, "" if none is."""
    found = process.extractOne(text, [word for word in known if word], scorer=fuzz.WRatio, score_cutoff=ALIKE)
    return found[0] if found else ""


def offer(message: str, text: str, known: Iterable[str]) -> str:
    """A refusal with the nearest known word, if there is one."""
    near = nearest(text, known)
    return message + _("「%s」のことですか。") % near if near else message


class Values:
    """Text as it is."""

    def write(self, value: Any) -> str:
        """The value as the text of a cell."""
        # Line breaks of forms (CR LF) do not survive XML; one kind of them is written and compared.
        text = str(value) if value is not None else ""
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text

    def read(self, text: str) -> Any:
        """The value of a text. Raises Unreadable."""
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


class Identity(Values):
    """A UUID, in small letters."""

    def read(self, text: str) -> Any:
        """Raises Unreadable."""
        try:
            return UUID(text.strip())
        except ValueError as error:
            raise Unreadable(
                _("番号の形が違います。新しい行なら空にし、そうでなければ、書き出したときの番号に戻してください。")
            ) from error


class Flag(Values):
    """はい, いいえ, and nothing for what nobody knows."""

    def __init__(self, *, may_be_empty: bool, default: Any = None) -> None:
        self.may_be_empty, self.default = may_be_empty, default

    def write(self, value: Any) -> str:
        """はい, いいえ or nothing."""
        return "" if value is None else _("はい") if value else _("いいえ")

    def read(self, text: str) -> Any:
        """Raises Unreadable."""
        plain = text.strip().lower()
        if not plain:
            return None if self.may_be_empty else self.default
        if plain in YES or plain == _("はい"):
            return True
        if plain in NO or plain == _("いいえ"):
            return False
        raise Unreadable(_("「はい」か「いいえ」で書いてください。分からないときは空にします。"))


class Whole(Values):
    """A whole number."""

    def read(self, text: str) -> Any:
        """Raises Unreadable."""
        plain = text.strip()
        if not plain:
            return None
        try:
            return int(plain.removesuffix(".0"))
        except ValueError as error:
            raise Unreadable(_("数字だけで書いてください。")) from error


class Number(Values):
    """A number with a point, as short as it can be said exactly."""

    def write(self, value: Any) -> str:
        """As short as it can be."""
        return "" if value is None else repr(float(value))

    def read(self, text: str) -> Any:
        """Raises Unreadable."""
        plain = text.strip()
        if not plain:
            return None
        try:
            number = float(plain)
        except ValueError as error:
            raise Unreadable(_("数字と小数点だけで書いてください（例：35.6812）。")) from error
        if number != number or number in (float("inf"), float("-inf")):
            raise Unreadable(_("数字と小数点だけで書いてください（例：35.6812）。"))
        return number


class Day(Values):
    """A day as 2026-04-01."""

    def write(self, value: Any) -> str:
        """As ISO 8601 says."""
        return value.isoformat() if value else ""

    def read(self, text: str) -> Any:
        """Raises Unreadable."""
        plain = text.strip()
        if not plain:
            return None
        match = _DATE.fullmatch(plain)
        try:
            return date(*(int(part) for part in match.groups())) if match else _no_day()
        except ValueError as error:
            raise Unreadable(_("日付は「2026-04-01」のように書いてください。暦にない日は書けません。")) from error


def _no_day() -> date:
    raise ValueError


class Clock(Values):
    """A time of day as 09:00."""

    def write(self, value: Any) -> str:
        """Hours and minutes; seconds only where there are some."""
        return "" if value is None else value.strftime("%H:%M" if not value.second else "%H:%M:%S")

    def read(self, text: str) -> Any:
        """Raises Unreadable."""
        plain = text.strip()
        if not plain:
            return None
        match = _TIME.fullmatch(plain)
        try:
            if match is None:
                raise ValueError
            hours, minutes, seconds = (int(part or 0) for part in match.groups())
            return time(hours, minutes, seconds)
        except ValueError as error:
            raise Unreadable(_("時刻は「09:00」のように、0:00から23:59までで書いてください。")) from error


class Choice(Values):
    """One of a closed list, by its label."""

    def __init__(self, choices: Callable[[], Sequence[tuple[Any, Any]]]) -> None:
        self._choices = choices

    @cached_property
    def labels(self) -> dict[Any, str]:
        """Labels by value."""
        return {value: str(label) for value, label in self._choices() if value not in ("", None)}

    @cached_property
    def known(self) -> dict[str, Any]:
        """Values by label and by themselves."""
        return {str(value): value for value in self.labels} | {label: value for value, label in self.labels.items()}

    def write(self, value: Any) -> str:
        """The label. What is no choice is written as it stands: it must not get lost."""
        return "" if value in ("", None) else self.labels.get(value, str(value))

    def read(self, text: str) -> Any:
        """Raises Unreadable, with the nearest choice."""
        plain = text.strip()
        if not plain:
            return ""
        if plain in self.known:
            return self.known[plain]
        if not (near := nearest(plain, self.labels.values())):
            raise Unreadable(
                _("選べない値です。%(choices)sのどれかにしてください。")
                % {"choices": "・".join(f"「{label}」" for label in self.labels.values())}
            )
        raise Unreadable(_("選べない値です。「%s」のことですか。") % near)


class Choices(Values):
    """Several of a closed list, by their labels, in the order of the list."""

    def __init__(self, allowed: type[models.Choices]) -> None:
        self.one = Choice(lambda: [(member.value, label_of(member)) for member in allowed])
        self.order = tuple(allowed.values)

    def write(self, value: Any) -> str:
        """Labels, one after the other."""
        return AND.join(self.one.write(item) for item in value or ())

    def read(self, text: str) -> Any:
        """Raises Unreadable, for the first that cannot be read."""
        found = [self.one.read(part) for part in parts(text)]
        return [value for value in self.order if value in found]


def parts(text: str) -> list[str]:
    """Several values of one cell."""
    return [part.strip() for part in _APART.split(text) if part.strip()]


def closed(field: Any) -> Choice:
    """The codec of a column with choices."""
    return Choice(lambda: field.flatchoices)


def values_of(field: models.Field) -> Values:
    """The codec of a column of a model."""
    if isinstance(field, ChoiceSetField):
        return Choices(field.allowed)
    if field.choices:
        return closed(field)
    for kind, make in _CODECS.items():
        if isinstance(field, kind):
            return make(field)
    return Values()


_CODECS: Mapping[type[models.Field], Callable[[Any], Values]] = {
    models.BooleanField: lambda field: Flag(may_be_empty=field.null, default=field.get_default()),
    models.FloatField: lambda field: Number(),
    models.IntegerField: lambda field: Whole(),
    models.DateField: lambda field: Day(),
    models.TimeField: lambda field: Clock(),
    models.UUIDField: lambda field: Identity(),
}
