"""Asking all rules about texts, and mending what is safe to mend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from bs4 import NavigableString, Tag
from bs4.formatter import HTMLFormatter

from . import dates, letters, markup, numbers, people, wording
from .rule import Finding, Hit, Role, Rule, Text, World

RULES: tuple[Rule, ...] = (
    *letters.RULES,
    *numbers.RULES,
    *dates.RULES,
    *people.RULES,
    *wording.RULES,
    *markup.RULES,
)
RULES_BY_CODE = {rule.code: rule for rule in RULES}
_RULES_OF = {role: tuple(rule for rule in RULES if role in rule.roles) for role in Role}
# Nobody writes more into a field; what is behind is not looked at.
MOST_CHARACTERS = 20_000
# So often is the same said of one text; the rest is told as a number nowhere: who mends these sees the others.
MOST_OF_A_RULE = 20
# How much is shown of what was found.
SHOWN = 60


def check(texts: Iterable[Text], world: World) -> list[Finding]:
    """All that rules find in these texts, in the order of the texts, and of the places within each."""
    return [finding for text in texts for finding in _of(text, world)]


def _of(text: Text, world: World) -> list[Finding]:
    if len(text.text) > MOST_CHARACTERS:
        text = replace(text, text=text.text[:MOST_CHARACTERS])
    found: list[Finding] = []
    for rule in _RULES_OF[text.role]:
        hits = (
            rule.find(text, world)
            if text.role != Role.RICH or rule.code in markup.MARKUP
            else _in_rich(rule, text, world)
        )
        for count, hit in enumerate(hits):
            if count == MOST_OF_A_RULE:
                break
            found.append(_finding(rule, text, hit))
    return sorted(_without_doubles(found), key=lambda finding: (finding.start, finding.end))


def _finding(rule: Rule, text: Text, hit: Hit) -> Finding:
    is_here = hit.start >= 0
    piece = text.text[hit.start : hit.end] if is_here else ""
    return Finding(rule, text, hit.start, hit.end, piece, hit.say, hit.mend)


def _without_doubles(found: list[Finding]) -> list[Finding]:
    """A wide digit within a number or a day that is to be written anew is told once, with the number."""
    whole = [
        (finding.start, finding.end)
        for finding in found
        if finding.rule.code in {"phone", "phone_in_prose", "slashed_date"} and finding.mend
    ]
    return [
        finding
        for finding in found
        if finding.rule.code != "wide_letters"
        or not any(start <= finding.start and finding.end <= end for start, end in whole)
    ]


def _in_rich(rule: Rule, text: Text, world: World) -> Iterator[Hit]:
    """A rule about what is written, asked of each paragraph; the place is looked for in the HTML."""
    for words in paragraphs(text.text):
        for hit in rule.find(replace(text, text=words), world):
            piece = words[hit.start : hit.end]
            start = text.text.find(piece) if piece else -1
            yield replace(hit, start=start, end=start + len(piece)) if start >= 0 else replace(hit, start=-1, end=-1)


def paragraphs(html: str) -> list[str]:
    """What is written in rich text, paragraph by paragraph."""
    tree = markup.parsed(html)
    found = [tag.get_text().strip() for tag in tree.find_all(markup.BLOCKS) if not tag.find(markup.BLOCKS)]
    return [words for words in found if words] or [words for words in [tree.get_text().strip()] if words]


def mended(text: Text, world: World) -> str:
    """The text with all that is safe to mend mended; what is wrong in other ways stays."""
    if text.role == Role.RICH:
        return _mended_rich(text, world)
    result = text.text
    # From the end, so that places before stay where they are; of what overlaps only the later is done, and the other next time.
    last = len(result) + 1
    for finding in sorted(_of(text, world), key=lambda finding: (finding.start, finding.end), reverse=True):
        if (
            finding.mend is not None
            and finding.start >= 0
            and finding.end <= last
            and result[finding.start : finding.end] == finding.found
        ):
            result = result[: finding.start] + finding.mend + result[finding.end :]
            last = finding.start
    return result


def _mended_rich(text: Text, world: World) -> str:
    """Only words are changed, never a tag; where nothing is to be changed the HTML is as it was, to the letter."""
    tree = markup.parsed(text.text)
    is_changed = False
    for node in list(tree.find_all(string=True)):
        if not isinstance(node, NavigableString) or not isinstance(node.parent, Tag):
            continue
        before = str(node)
        after = mended(Text(text.field, text.label, Role.SENTENCE, before), world)
        if after != before:
            node.replace_with(NavigableString(after))
            is_changed = True
    return tree.decode(formatter=_AsWritten()) if is_changed else text.text


class _AsWritten(HTMLFormatter):
    """HTML with the attributes in the order in which they stood."""

    def attributes(self, tag: Tag) -> Iterable[tuple[str, Any]]:
        """See HTMLFormatter."""
        return list(tag.attrs.items())
