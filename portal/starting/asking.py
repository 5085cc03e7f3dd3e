"""Asking in the terminal for what no file and no flag told."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from typing import Any, TextIO

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .file import AdministratorTold, StartError
from .services import check_password

# What is asked: the place in the file, the question, and whether it may stay empty.
QUESTIONS: tuple[tuple[str, Promise, bool], ...] = (
    ("municipality.name", gettext_lazy("市町村の名前（例: みどり町）"), False),
    ("municipality.reading", gettext_lazy("よみ（例: みどりまち）"), False),
    ("municipality.prefecture", gettext_lazy("都道府県（例: 北海道）"), False),
    ("municipality.code", gettext_lazy("全国地方公共団体コード（6けた）"), False),
    ("towns", gettext_lazy("町字の表のファイル（なければ空のまま）"), True),
    ("areas", gettext_lazy("圏域の表のファイル（なければ空のまま）"), True),
    ("desk.name", gettext_lazy("分野を問わない窓口の名前（まだなら空のまま）"), True),
    ("desk.phone", gettext_lazy("　その電話"), True),
    ("desk.mail", gettext_lazy("　そのメール（電話でない方法が、ひとつはあるように）"), True),
    ("desk.fax", gettext_lazy("　そのFAX"), True),
    ("desk.hours", gettext_lazy("　開いている時間（例: 月-金 8:30-17:15）"), True),
    ("coordinator.unit", gettext_lazy("連絡調整担当の係（まだなら空のまま）"), True),
    ("coordinator.phone", gettext_lazy("　その直通電話"), True),
    ("administrator.name", gettext_lazy("最初の管理者の、ログインの名前（半角の英数字）"), False),
    ("administrator.mail", gettext_lazy("　そのメール"), True),
)
# Nothing else of a part is asked when its first answer is empty.
FIRST = ("desk.name", "coordinator.unit")


class Asker:
    """Asks line by line. Raises StartError when the other side goes away."""

    def __init__(self, write: Callable[[str], None], lines: TextIO) -> None:
        self._write = write
        self._lines = lines

    def fill_in(self, content: dict[str, Any], *, administrator: bool) -> None:
        """Ask for what is not told yet, and put the answers into the content as the file would have them."""
        self._write(_("順にきいていきます。かっこの中は書き方の例です。"))
        # Who told of a desk told all that they wanted to.
        skipped = {part for part in ("desk", "coordinator") if content.get(part)}
        for place, question, may_be_empty in QUESTIONS:
            part, _dot, name = place.rpartition(".")
            if (part == "administrator" and not administrator) or part in skipped or _has(content, part, name):
                continue
            answer = self._ask(str(question), may_be_empty=may_be_empty)
            if answer:
                (content.setdefault(part, {}) if part else content)[name] = answer
            elif place in FIRST:
                skipped.add(part)

    def ask_password(self, told: AdministratorTold) -> str:
        """A password, twice the same, that the site would take. Empty: none was given, and one is to be made."""
        while True:
            first = self._secret(_("管理者のパスワード（空のままなら、でたらめなものを作って一度だけ表示します）"))
            if not first:
                return ""
            try:
                check_password(first, told)
            except StartError as error:
                self._write(str(error))
                continue
            if first == self._secret(_("もう一度、同じパスワード")):
                return first
            self._write(_("ふたつがちがいます。はじめから入れてください。"))

    def choose(self, question: str, choices: dict[str, str]) -> str:
        """One of the choices, by its letter."""
        while True:
            answer = self._ask(
                f"{question} {' / '.join(f'{key}={text}' for key, text in choices.items())}", may_be_empty=False
            )
            if answer in choices:
                return answer

    def _ask(self, question: str, *, may_be_empty: bool) -> str:
        while True:
            self._write(f"{question}：")
            answer = self._read()
            if answer or may_be_empty:
                return answer
            self._write(_("空にはできません。"))

    def _read(self) -> str:
        line = self._lines.readline()
        if not line:
            raise StartError([_("答えが途中で終わりました。何も書きこんでいません。")])
        return line.strip()

    def _secret(self, question: str) -> str:
        if self._lines is sys.stdin and sys.stdin.isatty():
            return getpass.getpass(f"{question}：")
        self._write(f"{question}：")
        return self._read()


def _has(content: dict[str, Any], part: str, name: str) -> bool:
    told = content.get(part) if part else content
    return isinstance(told, dict) and name in told
