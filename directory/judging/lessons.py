"""From what the learned ear learns: sentences of independent writers, questions that the search was tuned on, and our own words.

Only the writers judge it: who wrote the rest knew the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

from search.ear.sentences import Sentence, read_sentences
from search.questions.danger import AND, OR

from ..choices import Side, TopicRole, TypeRole
from ..fixtures import FIXTURES, read_csv

FOLDER = FIXTURES / "ear"
OURS = "vocabulary"
# What a town hall is asked and no need of the register fits, and what asks nothing.
EXTRA_NEEDS = ("other", "none")
# Phrases of these needs are words of danger by themselves; like the next, a label of the sentences that ship and are learned
# from, and nothing that a city could have otherwise.
DANGERS = {
    "suicidal": "suicide",
    "partner-violence": "partner-violence",
    "child-abuse": "child-abuse",
    "sexual-violence": "sexual-violence",
    "elder-abuse": "elder-abuse",
    "disability-abuse": "disability-abuse",
}
# Phrases of these may be danger or not.
OPEN = frozenset({"sudden-illness", "food", "homeless", "bullying", "sleepless", "consumer", "isolation", "pregnancy"})
# So many words that are none, of these letters.
NONSENSE = 600
KANA = (
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわん"
    "がぎぐげござじずぜぞだでどばびぶべぼぱぴぷぺぽ"
)
# A pattern of one part says something by itself from this length on.
SHORTEST = 4


def sentence_files() -> list[Path]:
    """The files of the independent writers."""
    return sorted((FOLDER / "sentences").glob("*.csv"))


def known_codes() -> dict[str, frozenset[str]]:
    """The codes that a sentence may name, by what they are codes of."""
    return {
        "topic": frozenset(row["code"] for row in read_csv("vocabulary/danger_topics.csv")),
        "side": frozenset(Side.values),
        "need": frozenset(row["code"] for row in read_csv("needs.csv")) | frozenset(EXTRA_NEEDS),
        "type": frozenset(row["code"] for row in read_csv("institution_types.csv")),
    }


def urgent_topics() -> frozenset[str]:
    """Topics for which police or firemen stand by."""
    return frozenset(row["code"] for row in read_csv("vocabulary/danger_topics.csv") if row["emergency"] == "yes")


def all_sentences() -> list[Sentence]:
    """Everything to learn from. Raises SentencesError that names file, row and reason."""
    written = read_sentences([*sentence_files(), FOLDER / "questions.csv"], known_codes())
    return [*written, *_phrases(), *_patterns(), *_calls(), *_nonsense()]


def _calls() -> Iterator[Sentence]:
    """The calls that ship: what must hold is learned as well."""
    for row in read_csv("vocabulary/calls.csv"):
        topic = row["topics"].partition("|")[0]
        band = row["band"] if (row["band"] == "yes") == bool(topic) else "either"
        types = tuple(filter(None, row["leads"].split("|")))
        yield Sentence(row["text"], "", band, topic if band == "yes" else "", row["side"], (), types, OURS)


def _nonsense() -> Iterator[Sentence]:
    """Kana that are no word, always the same ones: of what nobody knows, the ear would take its few known sounds for a danger."""
    chance = Random(1)  # noqa: S311
    rows = read_csv("institution_types.csv")
    types = tuple(row["code"] for row in rows if row["role"] in {TypeRole.EVERYTHING, TypeRole.SECTION})
    for _number in range(NONSENSE):
        text = "".join(chance.choice(KANA) for _place in range(chance.randint(2, 6)))
        yield Sentence(text, "", "no", "", "", ("none",), types, OURS)


def _phrases() -> Iterator[Sentence]:
    """Phrases of needs and of types of institution."""
    types = {row["code"]: tuple(row["institution_types"].split()) for row in read_csv("needs.csv")}
    for row in read_csv("vocabulary/phrases.csv"):
        target = row["target"]
        if target.startswith("type:"):
            yield Sentence(row["phrase"], "", "either", "", "", (), (target.removeprefix("type:"),), OURS)
            continue
        topic = DANGERS.get(target, "")
        band = "yes" if topic else "either" if target in OPEN else "no"
        yield Sentence(row["phrase"], "", band, topic, "", (target,), types[target][:2], OURS)


def _patterns() -> Iterator[Sentence]:
    """What a pattern of one part says."""
    rows = read_csv("vocabulary/danger_topics.csv")
    calm = {row["code"] for row in rows if row["role"] == TopicRole.CALM}
    for row in read_csv("vocabulary/danger.csv"):
        if AND not in row["say"] and row["topic"] not in calm:
            for text in row["say"].split(OR):
                if len(text.strip()) >= SHORTEST:
                    yield Sentence(text.strip(), "", "yes", row["topic"], row["side"], (), (), OURS)
