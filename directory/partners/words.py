"""Finding contact points by words, in their own table: no index knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from search.text.analysis import fold_long_vowels, to_hiragana
from search.text.characters import normalise

if TYPE_CHECKING:
    from .models import ContactPoint

LONGEST_WORDS = 100
MOST_WORDS = 8


def fold(text: str) -> str:
    """One spelling for what sounds and looks the same: width, case, katakana and hiragana, long vowels."""
    return fold_long_vowels(to_hiragana(normalise(text, limit=4_000)))


def words_of(text: str) -> list[str]:
    """The words of a question, folded; no more than a person types."""
    return fold(text[:LONGEST_WORDS]).split()[:MOST_WORDS]


def searchable_text(contact: ContactPoint) -> str:
    """All words by which a contact point is found, a line each so that nothing matches across two of them."""
    organisation = contact.organisation
    parts = [contact.unit, contact.duty, contact.shown_person, contact.when_to_call, contact.what_to_say]
    parts += [contact.direct_line, contact.direct_line.replace("-", ""), contact.mail]
    if organisation:
        parts += [organisation.name, organisation.reading, organisation.operator, organisation.type.name]
    parts += [f"{role.item}{role.sub} {role.function} {role.name}" for role in contact.roles.all()]
    for area in contact.areas.all():
        parts += [area.name, area.reading]
    for field in contact.fields.all():
        parts += [field.name, field.reading]
    # A reading is found with and without its spaces: 「よろずしたきかん」 as well as 「よろずし たきかん」.
    folded = {fold(part) for part in parts if part}
    return "\n".join(sorted(folded | {part.replace(" ", "") for part in folded}))
