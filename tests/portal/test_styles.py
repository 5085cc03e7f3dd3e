"""Templates and style sheets fit together."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Lists without marks (`ul[class]`), and names by which tests and scripts find something; they look right as they are.
UNSTYLED = {
    "contact-card-head",
    "facet-options",
    "footer-menu",
    "groups",
    "leaflet-address",
    "leaflet-head",
    "lookup-words",
    "other-language",
    "sheet",
    "toc-list",
}


def styled() -> set[str]:
    """Classes that a rule of ours names."""
    sheets = (ROOT / "portal/static/portal").glob("*.css")
    return {name for sheet in sheets for name in re.findall(r"\.([a-z][\w-]*)", sheet.read_text())}


def used() -> dict[str, set[str]]:
    """Classes of the site's templates (the admin has Wagtail's), each with the files that use it."""
    found: dict[str, set[str]] = {}
    for file in (ROOT / "templates").rglob("*.html"):
        if {"wagtailadmin", "admin"} & set(file.parts):
            continue
        plain = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "…", file.read_text())
        for names in re.findall(r'class="([^"]*)"', plain):
            for name in names.replace("…", " … ").split():
                # What a variable ends (`channel-…`) is no whole name.
                if name != "…" and not name.endswith("-"):
                    found.setdefault(name, set()).add(file.name)
    return found


def test_should_have_a_rule_for_every_class() -> None:
    names = used()
    assert len(names) > 150
    assert {name: files for name, files in names.items() if name not in styled() | UNSTYLED} == {}
    assert set(names) >= UNSTYLED, "gone: take them out above"


def test_should_close_what_each_style_sheet_opens() -> None:
    """A rule that is not closed takes all that follow with it, without a word."""
    wrong = []
    for sheet in (ROOT / "portal/static/portal").glob("*.css"):
        depth = 0
        for number, line in enumerate(sheet.read_text(encoding="utf-8").splitlines(), start=1):
            # What stands at the margin is a rule of its own.
            if depth and line[:1] not in {" ", "}", "", ")", "*"}:
                wrong.append(f"{sheet.name}:{number} stands within another rule")
            depth += line.count("{") - line.count("}")
        if depth:
            wrong.append(f"{sheet.name} is not closed")
    assert not wrong
