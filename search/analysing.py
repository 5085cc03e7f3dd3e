"""Documents of a whole index, analysed: texts that an earlier rebuild knew are looked up, new ones shared among processes.

What comes of a document is what `documents.analyse_document` makes of it, in the order in which documents came. An engine that
says what it makes of that is given what the last rebuild made of the very same record (`made`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from .documents import (
    DOCUMENT_LIMIT,
    AnalysedDocument,
    Origin,
    SearchDocument,
    Text,
    analyse_text,
    assembled,
    fingerprint,
    texts_of,
)
from .files import digest_of_program
from .text.analysis import Words, analysis_state
from .text.helpers import Helper, Helpers
from .text.kept import DOCUMENTS, Kept, Writer, coded, decoded, digest_of, keeping

# Few enough that what is asked and answered fits into a socket.
BATCH = 32
# A helper needs a second to load the dictionary, in which so much is done without it.
HELPED_FROM = 3_000
# So many batches may be held until one that a helper has comes back.
MOST_WAITING = 24
# Texts that recur (bodies of twins, names of types and areas) are remembered, so many characters of them.
MOST_CHARACTERS = 3_000_000
# Some 6 kB a document, uncompressed: to pack and unpack them costs as much time as they save. Beyond that, texts are looked up.
MOST_KEPT = 1_000_000_000

_NOTHING = Words("", "")
# What is made of a document follows from this code too: another version of it makes all anew.
_PROGRAM = digest_of_program(Path(__file__).parent)


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
                for done in run.done(MOST_WAITING):
                    yield from (each.document for each in done)
            for done in run.done(0):
                yield from (each.document for each in done)
    finally:
        helpers.close()


class Form(NamedTuple):
    """What an engine makes of documents, and the state of whatever else decides what comes of them: columns, words."""

    state: str
    make: Callable[[AnalysedDocument], str]


class Made(NamedTuple):
    """A document as `Form.make` makes it, or as the last rebuild did."""

    key: str
    content: str


def made(documents: Iterable[SearchDocument | Origin], form: Form) -> Generator[Made, None, None]:
    """All of an index that is built anew, each as an engine makes it. Raises as `analyse_document`.

    Iterate to the end, or close it: it holds files and processes.
    """
    folder, helpers = Path(settings.SEARCH_INDEX_DIR), Helpers()
    try:
        with keeping(folder) as (texts, text_writer), keeping(folder, DOCUMENTS) as (kept, writer):
            run = _Run(texts, text_writer, helpers)
            making = _Making(form, kept, writer)
            stream = iter(documents)
            while batch := list(islice(stream, BATCH)):
                run.take(making.take(batch))
                for done in run.done(MOST_WAITING):
                    yield from making.done(done)
            for done in run.done(0):
                yield from making.done(done)
            making.finish(texts, text_writer)
    finally:
        helpers.close()


class _Analysed(NamedTuple):
    """A document, and the digests of its texts."""

    document: AnalysedDocument
    references: bytes


class _Asked(NamedTuple):
    """A document of a batch: what the last rebuild made of it, if it did, and of which words it is made."""

    key: str
    digest: bytes
    found: bytes | None
    state: str


class _Making:
    """Whole documents of one rebuild, those that the last one made among them."""

    def __init__(self, form: Form, kept: Kept, writer: Writer | None) -> None:
        self._form, self._kept, self._writer = form, kept, writer
        self._state = f"{form.state} {_PROGRAM}"
        self._asked: deque[list[_Asked]] = deque()
        self._again = bytearray()
        self._size = 0

    def take(self, documents: list[SearchDocument | Origin]) -> list[SearchDocument]:
        """Look up documents; those that have to be analysed."""
        state = analysis_state()
        digests = [self._digest(each, state) for each in documents]
        asked, new = [], []
        for each, digest, found in zip(documents, digests, self._kept.find(digests), strict=True):
            if found is None:
                document = each.make() if isinstance(each, Origin) else each
                if document is None:
                    continue
                new.append(document)
            asked.append(_Asked(each.key, digest, found, state))
        self._asked.append(asked)
        return new

    def _digest(self, each: SearchDocument | Origin, state: str) -> bytes:
        own, text = (each.state, each.text) if isinstance(each, Origin) else ("", fingerprint(each))
        # Its key is a part of what is made.
        return digest_of(f"{each.key} {text}", f"{self._state} {state} {own}", with_grams=True)

    def done(self, analysed: list[_Analysed]) -> Iterator[Made]:
        """The batch that was taken first, with what was analysed of it."""
        new = iter(analysed)
        for key, digest, found, state in self._asked.popleft():
            if found is not None:
                self._again += digest
                self._size += len(found)
                yield Made(key, found[_REFERENCES:].decode())
                continue
            document, references = next(new)
            text = self._form.make(document)
            # Read with another dictionary meanwhile, it is nobody's.
            if self._writer is not None and analysis_state() == state and self._size < MOST_KEPT:
                content = references + text.encode()
                self._writer.add(digest, content)
                self._size += len(content)
            yield Made(key, text)

    def finish(self, texts: Kept, text_writer: Writer | None) -> None:
        """Keep what was used again, with the texts that it was made of; nothing is written where that is all there is."""
        again = [bytes(self._again[at : at + _DIGEST]) for at in range(0, len(self._again), _DIGEST)]
        writers = [writer for writer in (self._writer, text_writer) if writer is not None]
        if again and not any(map(len, writers)) and len(set(again)) == len(self._kept):
            for writer in writers:
                writer.close()
            return
        carried: set[bytes] = set()
        for start in range(0, len(again), BATCH):
            digests = again[start : start + BATCH]
            named: dict[bytes, None] = {}
            for digest, content in zip(digests, self._kept.find(digests), strict=True):
                if content is None:
                    continue
                if self._writer is not None:
                    self._writer.add(digest, content)
                named |= dict.fromkeys(content[at : at + _DIGEST] for at in range(0, _REFERENCES, _DIGEST))
            wanted = [digest for digest in named if digest not in carried]
            carried.update(wanted)
            if text_writer is not None:
                for digest, content in zip(wanted, texts.find(wanted), strict=True):
                    if content is not None:
                        text_writer.add(digest, content)


_DIGEST = 16
# A document is kept behind the digests of its texts.
_REFERENCES = 4 * _DIGEST
_NO_DIGEST = bytes(_DIGEST)


@dataclass(slots=True)
class _Batch:
    """Documents, their texts, the digests of these, and their words as far as they are known; `new` lie with the helper."""

    documents: list[SearchDocument]
    texts: list[tuple[Text, ...]]
    digests: dict[Text, bytes]
    words: dict[Text, Words]
    new: list[Text]
    state: str
    helper: Helper | None = None

    @property
    def is_done(self) -> bool:
        """Whether nobody has to be waited for."""
        return self.helper is None or self.helper.has_answer


class _Run:
    """One rebuild."""

    def __init__(self, kept: Kept, writer: Writer | None, helpers: Helpers) -> None:
        self._kept, self._writer, self._helpers = kept, writer, helpers
        self._waiting: deque[_Batch] = deque()
        self._known: dict[Text, tuple[Words, bytes]] = {}
        self._characters = 0
        self._state = ""
        self._read_alone = 0

    def take(self, documents: list[SearchDocument]) -> None:
        """Look up the texts of documents, and have new ones read."""
        state = analysis_state()
        if state != self._state:
            self._state, self._known, self._characters = state, {}, 0
        batch = _Batch(documents, [texts_of(document) for document in documents], {}, {}, [], state)
        self._look_up(batch)
        if batch.new:
            self._have_read(batch)
        self._waiting.append(batch)

    def done(self, most_waiting: int) -> Iterator[list[_Analysed]]:
        """Each batch that is ready at the head, and more than that while too many wait."""
        while self._waiting and (len(self._waiting) > most_waiting or self._waiting[0].is_done):
            batch = self._waiting.popleft()
            if batch.helper is not None:
                words = batch.helper.answer(batch.state)
                self._note(batch, self._read(batch.new) if words is None else dict(zip(batch.new, words, strict=True)))
            words_of_text, digests = batch.words, batch.digests
            yield [
                _Analysed(
                    assembled(document, [words_of_text[text] if text.text else _NOTHING for text in texts]),
                    b"".join([digests[text] if text.text else _NO_DIGEST for text in texts]),
                )
                for document, texts in zip(batch.documents, batch.texts, strict=True)
            ]

    def _look_up(self, batch: _Batch) -> None:
        known, words, digests = self._known, batch.words, batch.digests
        asked: list[Text] = []
        for texts in batch.texts:
            for text in texts:
                if text.text and text not in digests:
                    if found := known.get(text):
                        words[text], digests[text] = found
                    else:
                        digests[text] = digest_of(text.text, batch.state, with_grams=text.with_grams)
                        asked.append(text)
        for text, content in zip(asked, self._kept.find([digests[text] for text in asked]), strict=True):
            if content is None:
                batch.new.append(text)
            else:
                self._remember(batch, text, decoded(content))

    def _have_read(self, batch: _Batch) -> None:
        batch.helper = self._helpers.free()
        if batch.helper is not None:
            batch.helper.ask(batch.new, DOCUMENT_LIMIT)
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
        for text in batch.new:
            self._remember(batch, text, words[text])

    def _remember(self, batch: _Batch, text: Text, words: Words) -> None:
        batch.words[text] = words
        if self._writer is not None:
            self._writer.add(batch.digests[text], coded(words))
        if batch.state == self._state:
            self._characters += len(text.text)
            if self._characters > MOST_CHARACTERS:
                self._known, self._characters = {}, len(text.text)
            self._known[text] = words, batch.digests[text]
