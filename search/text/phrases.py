"""Where a heading may break: at the ends of phrases (文節), as a person would read it aloud.

Browsers that break Japanese by phrases guess, and take the が of がまん for a particle; most break anywhere.
"""

from __future__ import annotations

from functools import lru_cache

from sudachipy import Morpheme, SplitMode

from .analysis import plain_morphemes

# Parts of speech with which a phrase begins; everything else leans on what stands before.
_BEGINNING = frozenset(
    {"名詞", "代名詞", "動詞", "形容詞", "形状詞", "副詞", "連体詞", "接続詞", "感動詞", "接頭辞"}
)  # fmt: skip
# 聞いて|くれる, 出|そう: verbs and stems that only help the one before.
_HELPING = frozenset({"非自立可能", "助動詞語幹"})
# 〜に|ついて, 〜かも|しれない: two words that are one by now.
_FIXED = frozenset({("に", "つい"), ("も", "しれ")})
LONGEST = 200


@lru_cache(maxsize=512)
def phrases(text: str) -> tuple[str, ...]:
    """The phrases of a text, which together are the text; one longer than a heading stays whole."""
    if len(text) > LONGEST:
        return (text,)
    found: list[str] = []
    before: Morpheme | None = None
    for morpheme in plain_morphemes(text, SplitMode.C):
        if before is None or _begins(morpheme, before):
            found.append(morpheme.surface())
        else:
            found[-1] += morpheme.surface()
        before = morpheme
    return tuple(found) if "".join(found) == text else (text,)


def _begins(morpheme: Morpheme, before: Morpheme) -> bool:
    """Whether a phrase begins here."""
    kind, detail, *_rest = morpheme.part_of_speech()
    kind_before, detail_before, *_rest = before.part_of_speech()
    if kind not in _BEGINNING or kind_before == "接頭辞" or (before.surface(), morpheme.surface()) in _FIXED:
        return False
    if kind == "名詞" and kind_before == "名詞":
        return False
    if detail in _HELPING:
        leans_on = kind_before in {"動詞", "助動詞"} or detail_before == "接続助詞"
        return not leans_on and not (kind == "動詞" and kind_before == "名詞") and detail != "助動詞語幹"
    return True
