"""What nobody meant to say: a finger that stayed on a key, a row of the keyboard, a letter alone.

Only what is surely no word counts. Where a word is merely unknown, looking for it is the better answer.
"""

import re

from ..text.analysis import is_kana

# Shorter Latin words are abbreviations (DV, NPO, LGBT), and hardly any language has so many consonants in a row.
SHORTEST_LATIN, MOST_CONSONANTS = 3, 6
# はは is the mother; ぬぬぬ is nobody.
LEAST_REPEATED = 3
# わあああ is わあ when the finger is taken away; so little is a cry and no word.
LONGEST_CRY = 2
_KEYBOARD = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "たていすかんなにらせ",
    "ちとしはきくまのりれけむ",
    "つさそひこみもねるめろ",
)
_SHORTEST_ROW = 4
_MARKS = re.compile(r"[\W_]+")
_LATIN = re.compile(r"[a-z]+")
_REPEATED = re.compile(r"(.{1,2}?)\1{2,}")
_RUN = re.compile(r"(.)\1{2,}")
_CONSONANTS = re.compile(rf"[b-df-hj-np-tv-z]{{{MOST_CONSONANTS},}}")


def is_noise(surface: str) -> bool:
    """Whether a normalised text is surely no word of any language."""
    words = _MARKS.sub(" ", surface).split()
    return bool(words) and all(map(_is_noise, words))


def _is_noise(word: str) -> bool:
    if is_kana(word):
        return len(word) == 1 or _is_hammered(word) or _is_row(word)
    if not _LATIN.fullmatch(word):
        return False
    return len(word) == 1 or (
        len(word) >= SHORTEST_LATIN and (_is_hammered(word) or _is_row(word) or bool(_CONSONANTS.search(word)))
    )


def _is_hammered(word: str) -> bool:
    """One or two letters again and again, or a cry."""
    bare = word.replace("ー", "") or word
    if _REPEATED.fullmatch(bare) or (len(bare) < LEAST_REPEATED and bare != word and len(set(bare)) == 1):
        return True
    return len(bare) > LEAST_REPEATED and len(_RUN.sub(r"\1", bare)) <= LONGEST_CRY


def _is_row(word: str) -> bool:
    """A row of the keyboard, forwards or backwards."""
    return len(word) >= _SHORTEST_ROW and any(word in row or word in row[::-1] for row in _KEYBOARD)
