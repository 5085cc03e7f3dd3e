"""Documents of a whole index, analysed: texts that an earlier rebuild knew are looked up, new ones shared among processes.

What comes of a document is what `documents.analyse_document` makes of it, in the order in which documents came.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.conf import settings

from .documents import (
    DOCUMENT_LIMIT,
    AnalysedDocument,
    SearchDocument,
    Text,
    analyse_text,
    assembled,
    texts_of,
)
from .text.analysis import Words, analysis_state
from .text.helpers import Helper, Helpers
from .text.kept import KeptTexts, TextWriter, digest_of, keeping

# Few enough that what is asked and answered fits into a socket.
BATCH = 32
# A helper needs a second to load the dictionary, in which so much is done without it.
HELPED_FROM = 3_000
# So many batches may be held until one that a helper has comes back.
MOST_WAITING = 24
# Texts that recur (bodies of twins, names of types and areas) are remembered, so many characters of them.
MOST_CHARACTERS = 3_000_000

_NOTHING = Words("", "")


def analysed(documents: Iterable[SearchDocument]) -> Generator[AnalysedDocument, None, None]:
    """All of an index that is built anew. Raises as `analyse_document`.

    Iterate to the end, or close it: it holds files and processes.
    """
    helpers = Helpers()
    try:
        with keeping(Path(settings.SEARCH_INDEX_DIR)) as (kept, writer):
            run = _Run(kept, writer, helpers)
            stream = iter(documents)
            while batch := list(islice(stream, BATCH)):
                run.take(batch)
                yield from run.done(MOST_WAITING)
            yield from run.done(0)
    finally:
        helpers.close()


@dataclass(slots=True)
class _Batch:
    """Documents, their texts, and the words of these as far as they are known; `new` lie with the helper."""

    documents: list[SearchDocument]
    texts: list[tuple[Text, ...]]
    words: dict[Text, Words]
    new: dict[Text, bytes]
    state: str
    helper: Helper | None = None

    @property
    def is_done(self) -> bool:
        """Whether nobody has to be waited for."""
        return self.helper is None or self.helper.has_answer


class _Run:
    """One rebuild."""

    def __init__(self, kept: KeptTexts, writer: TextWriter | None, helpers: Helpers) -> None:
        self._kept, self._writer, self._helpers = kept, writer, helpers
        self._waiting: deque[_Batch] = deque()
        self._known: dict[Text, Words] = {}
        self._characters = 0
        self._state = ""
        self._read_alone = 0

    def take(self, documents: list[SearchDocument]) -> None:
        """Look up the texts of documents, and have new ones read."""
        state = analysis_state()
        if state != self._state:
            self._state, self._known, self._characters = state, {}, 0
        batch = _Batch(documents, [texts_of(document) for document in documents], {}, {}, state)
        self._look_up(batch)
        if batch.new:
            self._have_read(batch)
        self._waiting.append(batch)

    def done(self, most_waiting: int) -> Iterator[AnalysedDocument]:
        """What is ready at the head, and more than that while too much waits."""
        while self._waiting and (len(self._waiting) > most_waiting or self._waiting[0].is_done):
            batch = self._waiting.popleft()
            if batch.helper is not None:
                words = batch.helper.answer(batch.state)
                self._note(batch, self._read(batch.new) if words is None else dict(zip(batch.new, words, strict=True)))
            words_of_text = batch.words
            for document, texts in zip(batch.documents, batch.texts, strict=True):
                yield assembled(document, [words_of_text[text] if text.text else _NOTHING for text in texts])

    def _look_up(self, batch: _Batch) -> None:
        known, words = self._known, batch.words
        asked: dict[Text, bytes] = {}
        for texts in batch.texts:
            for text in texts:
                if text.text and text not in words and text not in asked:
                    if found := known.get(text):
                        words[text] = found
                    else:
                        asked[text] = digest_of(text.text, batch.state, with_grams=text.with_grams)
        for (text, digest), found in zip(asked.items(), self._kept.find(list(asked.values())), strict=True):
            if found is None:
                batch.new[text] = digest
            else:
                self._remember(batch, text, digest, found)

    def _have_read(self, batch: _Batch) -> None:
        batch.helper = self._helpers.free()
        if batch.helper is not None:
            batch.helper.ask(list(batch.new), DOCUMENT_LIMIT)
            return
        self._note(batch, self._read(batch.new))
        before, self._read_alone = self._read_alone, self._read_alone + len(batch.new)
        if before < HELPED_FROM <= self._read_alone:
            self._helpers.start()

    def _read(self, texts: Iterable[Text]) -> dict[Text, Words]:
        return {text: analyse_text(text) for text in texts}

    def _note(self, batch: _Batch, words: dict[Text, Words]) -> None:
        """Words that were just read."""
        if analysis_state() != batch.state:
            # Of which dictionary they are, nobody can tell.
            batch.words.update(words)
            return
        for text, digest in batch.new.items():
            self._remember(batch, text, digest, words[text])

    def _remember(self, batch: _Batch, text: Text, digest: bytes, words: Words) -> None:
        batch.words[text] = words
        if self._writer:
            self._writer.add(digest, words)
        if batch.state == self._state:
            self._characters += len(text.text)
            if self._characters > MOST_CHARACTERS:
                self._known, self._characters = {}, len(text.text)
            self._known[text] = words
