"""The vocabulary as the search takes it: read from the tables when a new version appears, kept by each process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.utils import timezone

from search.questions.danger import DangerPattern as SearchDanger
from search.questions.needs import Phrase as SearchPhrase
from search.questions.synonyms import SynonymGroup as SearchSynonyms
from search.questions.vocabulary import Promotion as SearchPromotion
from search.questions.vocabulary import Vocabulary

from ..cache import forget, remembered
from ..finding.hints import hints
from ..finding.needs import MEMORY as NEEDS
from ..finding.needs import all_needs
from ..models import DangerPattern, Phrase, Promotion, StopWord, SynonymGroup, VocabularyVersion
from ..models.words.vocabulary import split_words, target

MEMORY = "vocabulary"
# The origin of words that came with the software; one that somebody changed here has a revision.
SHIPPED = "reference"
MOST_SUMMARY = 200
_reason: ContextVar[str] = ContextVar("reason_of_change", default="")


def provide() -> tuple[str, Callable[[], Vocabulary]]:
    """The version of the vocabulary in use, and a function that reads it (see `search.questions.vocabulary`)."""
    version = f"{remembered(MEMORY, timezone.localdate(), _version)}.{remembered(NEEDS, 'said', _needs_version)}"
    return version, lambda: read(version)


def _version() -> str:
    newest = VocabularyVersion.objects.values_list("pk", flat=True).first() or 0
    places = hashlib.blake2b(repr(hints()).encode(), digest_size=8).hexdigest()
    # The day belongs to it: promotions begin and end.
    return f"{newest}.{timezone.localdate():%Y%m%d}.{places}"


def _needs_version() -> str:
    said = [(need.code, need.name, need.plain) for need in all_needs()]
    return hashlib.blake2b(repr(said).encode(), digest_size=8).hexdigest()


def _names() -> Iterator[SearchPhrase]:
    """What a need is called, here and by people in it, says that need: also of one that the city made yesterday."""
    for need in all_needs():
        yield from (SearchPhrase(need.code, text) for text in dict.fromkeys((need.name, need.plain)))


def read(version: str) -> Vocabulary:
    """All words from the tables: what is retired is left out."""
    return Vocabulary(
        version=version,
        synonyms=tuple(
            SearchSynonyms(layer, tuple(split_words(words)))
            for layer, words in SynonymGroup.objects.values_list("layer", "words")
        ),
        phrases=(
            *_names(),
            *(
                SearchPhrase(target(need, type_), text, _is_own(origin, revision))
                for need, type_, text, origin, revision in Phrase.objects.exclude(need__retired=True).values_list(
                    "need__code", "type__code", "text", "origin", "latest_revision"
                )
            ),
        ),
        dangers=tuple(
            SearchDanger(topic, say, unless, side, _is_own(origin, revision))
            for topic, say, unless, side, origin, revision in DangerPattern.objects.filter(topic__retired=False)
            .order_by("topic__order", "topic_id", "pk")
            .values_list("topic__code", "say", "unless", "side", "origin", "latest_revision")
        ),
        hints=hints(),
        stop_words=frozenset(StopWord.objects.values_list("word", flat=True)),
        promotions=tuple(
            SearchPromotion(tuple(split_words(item.words)), item.key)
            for item in Promotion.objects.on(timezone.localdate()).select_related("resource")
        ),
    )


def _is_own(origin: str, revision: int | None) -> bool:
    """Whether somebody here wrote or changed a word, and it is not just as it came with the software."""
    return origin != SHIPPED or revision is not None


def new_version(summary: str, user: Any = None) -> VocabularyVersion:
    """Note that the vocabulary changed: every process sees it with its next request, this one at once."""
    reason = _reason.get()
    version = VocabularyVersion.objects.create(
        summary=summary[: MOST_SUMMARY - len(reason)] + reason, user=user if user and user.is_authenticated else None
    )
    forget(MEMORY)
    return version


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Write a reason into every version that is made inside."""
    token = _reason.set(reason[:MOST_SUMMARY])
    try:
        yield
    finally:
        _reason.reset(token)
