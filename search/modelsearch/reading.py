"""What an editor typed, as a tree: each word by its terms, by its sound where it is written in kana, by its letters."""

import re

from modelsearch.query import And, Boost, MatchAll, Not, Or, Phrase, PlainText, SearchQuery

from ..text.analysis import GRAM, Analysis, Unit, analyse, fold_long_vowels, is_kana, kana_grams, to_hiragana
from ..text.characters import normalise
from . import tokens
from .tree import EVERYTHING, NOTHING, Run, Tree, every, no, some

# Nobody types more; a pasted page would only make the database slow.
MOST_CHARACTERS = 500
MOST_WORDS = 16
# Shorter readings belong to too many words（きかん: 機関, 期間, 帰還）unless the word itself is in kana.
SHORTEST_MIXED_SOUND = 4

# Verbs that stand beside everything（相談したい）; who types them alone in kana means the sound.
_LIGHT = frozenset({"為る", "居る", "有る", "成る", "出来る", "遣る"})
_KANA = re.compile(r"[ぁ-ゖァ-ヺー]")
_SPLINTER = re.compile(r"[ぁ-ゖー]{1,2}")


def read(query: SearchQuery, *, parts: bool) -> Tree:
    """A query of modelsearch as a tree; `parts` says that beginnings and parts of words count as well.

    Text in which no word is left finds nothing alone and is passed over beside others. A Boost counts as what it lifts.
    Raises NotImplementedError for other kinds of query (Fuzzy: spellings and sounds are found as they are).
    """
    tree = _Reader(parts).tree(query)
    return NOTHING if tree is None else tree


class _Reader:
    """Reads one query, of which it takes in no more than `MOST_WORDS` words."""

    def __init__(self, parts: bool) -> None:
        self._parts = parts
        self._left = MOST_WORDS

    def tree(self, query: SearchQuery) -> Tree | None:
        """The tree, or None where nothing is said."""
        if isinstance(query, MatchAll):
            return EVERYTHING
        if isinstance(query, PlainText):
            return self._plain(query)
        if isinstance(query, Phrase):
            return self._phrase(query.query_string)
        if isinstance(query, Boost):
            return self.tree(query.subquery)
        if isinstance(query, Not):
            inner = self.tree(query.subquery)
            return None if inner is None else no(inner)
        if isinstance(query, And | Or):
            found = [tree for part in query.subqueries if (tree := self.tree(part)) is not None]
            join = every if isinstance(query, And) else some
            return join(found) if found else None
        raise NotImplementedError(f"`{type(query).__name__}` is not supported by search.modelsearch")

    def _plain(self, query: PlainText) -> Tree | None:
        found: list[Tree] = []
        for chunk in normalise(query.query_string, limit=MOST_CHARACTERS).split(" "):
            if self._left and (tree := self._word(chunk)) is not None:
                self._left -= 1
                found.append(tree)
        if not found:
            return None
        return every(found) if query.operator == "and" else some(found)

    def _word(self, chunk: str) -> Tree | None:
        analysis = analyse(chunk, limit=MOST_CHARACTERS)
        ways = [self._by_terms(analysis), self._by_sound(analysis), self._by_letters(analysis.surface)]
        said = [way for way in ways if way is not None]
        return some(said) if said else None

    def _phrase(self, text: str) -> Tree | None:
        if not self._left:
            return None
        self._left -= 1
        analysis = analyse(text, limit=MOST_CHARACTERS)
        terms = tuple(tokens.words(analysis))
        ways = [Run(terms) if terms else None, self._by_letters(analysis.surface)]
        said = [way for way in ways if way is not None]
        return some(said) if said else None

    def _by_terms(self, analysis: Analysis) -> Tree | None:
        if any(map(_is_splinter, analysis.units)):
            # A word in hiragana that Sudachi does not know: its pieces mean something only as they follow each other.
            run = tuple(tokens.words(analysis))
            return Run(run) if len(run) > 1 or (run and not self._parts) else None
        units = [unit for unit in analysis.units if unit.is_content and tokens.clean(unit.term)]
        meant = [unit for unit in units if unit.term not in _LIGHT]
        if not meant and not is_kana(analysis.surface):
            meant = units
        return every(self._unit(unit, last=unit is meant[-1]) for unit in meant) if meant else None

    def _unit(self, unit: Unit, *, last: bool) -> Tree:
        prefix = last and self._parts
        ways = [Run((tokens.clean(unit.term),), prefix)]
        # The same word may stand in two pieces where its neighbours are others.
        if pieces := tuple(filter(None, map(tokens.clean, unit.parts))):
            ways.append(Run(pieces, prefix))
        return some(ways)

    def _by_sound(self, analysis: Analysis) -> Tree | None:
        if not _KANA.search(analysis.surface):
            return None
        in_kana = is_kana(analysis.surface)
        reading = analysis.surface if in_kana else "".join(unit.reading for unit in analysis.units)
        sound = to_hiragana(reading)
        if not is_kana(sound) or (len(sound) < SHORTEST_MIXED_SOUND and not in_kana):
            return None
        if len(sound) < GRAM:
            return Run((tokens.READING + fold_long_vowels(sound),), prefix=True) if self._parts else None
        return Run(tuple(tokens.sounds(kana_grams(sound))))

    def _by_letters(self, surface: str) -> Tree | None:
        kept = tuple(tokens.letters(surface)) if self._parts else ()
        if len(kept) > 1:
            return Run(kept[:-1])
        # Everything contains any one kana; what begins with its sound is found by that.
        return Run(kept, prefix=True) if kept and not is_kana(surface) else None


def _is_splinter(unit: Unit) -> bool:
    return unit.role == "mark" or (unit.role == "word" and bool(_SPLINTER.fullmatch(unit.surface)))
