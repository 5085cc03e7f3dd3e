"""Each rule finds what it is for, and nothing else; the texts stand in `cases.py`."""

from __future__ import annotations

from datetime import date

import pytest

from directory.checker.checking import RULES, RULES_BY_CODE
from directory.checker.rule import HardWord, Role, Text, World
from directory.fixtures import read_csv
from tests.directory.checker.cases import CASES

TODAY = date(2026, 11, 26)
FEWEST = 10
WORLD = World(
    TODAY,
    tuple(
        HardWord(row["word"], row["plain"], row["can_swap"] == "yes") for row in read_csv("vocabulary/hard_words.csv")
    ),
    frozenset(),
    lambda link: "公開されていません。" if link.startswith("page:9") and len(link) == 8 else "",
)


def said(code: str, text: str) -> list[str]:
    hits = list(RULES_BY_CODE[code].find(Text("body", "本文", CASES[code].role, text), WORLD))
    for hit in hits:
        assert -1 <= hit.start <= hit.end <= len(text)
    return [hit.say for hit in hits]


def test_should_have_cases_for_every_rule() -> None:
    assert CASES.keys() == RULES_BY_CODE.keys(), "tests/directory/checker/cases.py"
    assert len(RULES_BY_CODE) == len(RULES)
    for code, cases in CASES.items():
        assert len(cases.found) >= FEWEST and len(cases.quiet) >= FEWEST, code
        assert cases.role in RULES_BY_CODE[code].roles, code


@pytest.mark.parametrize("code", sorted(CASES))
def test_should_find_what_it_is_for(code: str) -> None:
    missed = [text for text in CASES[code].found if not said(code, text)]
    assert not missed, f"{code} says nothing of: {missed}"


@pytest.mark.parametrize("code", sorted(CASES))
def test_should_leave_in_peace_what_is_right(code: str) -> None:
    alarms = {text: told for text in CASES[code].quiet if (told := said(code, text))}
    assert not alarms, f"{code} is wrong: {alarms}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_should_say_what_is_meant_and_why(rule: object) -> None:
    assert str(rule.title) and str(rule.why).endswith("。")
    assert len(str(rule.title)) <= 20
    for text in CASES[rule.code].found:
        assert all(say.endswith("。") for say in said(rule.code, text))


@pytest.mark.parametrize(
    "text", ["", "\n", "あ" * 50_000, "\x0b\x00", "<" * 2_000, "(" * 2_000, "１" * 5_000, "0" * 5_000]
)
@pytest.mark.parametrize("role", list(Role), ids=str)
def test_should_bear_any_text(role: Role, text: str) -> None:
    from directory.checker.checking import check

    assert isinstance(check([Text("body", "本文", role, text)], WORLD), list)
