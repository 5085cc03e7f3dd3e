"""What the last rebuild made, in files: analysed texts, and whole documents (`search/analysing.py`). The next one makes only what
is new.

Records, each a digest of what it was made of and by what, a check sum, a length and the content; then a table of all digests,
sorted; then where it stands. A file is written beside the old one and put in its place when it is whole, so it holds what the
last rebuild used and nothing else. One that cannot be read is as good as none.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import os
import shutil
import struct
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

import numpy as np

from .analysis import Words

logger = logging.getLogger("search")

NAME = "texts"
DOCUMENTS = "documents"
_MAGIC = b"yorozu texts 1\n\0"
_RECORD = struct.Struct("<16sII")
_ENDING = struct.Struct("<QQI16s")
# Most texts of a register are read at once with what says how long they are.
_GUESS = 2_048
# The index itself needs the room more.
SPARE_ROOM = 500_000_000
_LOOK_EVERY = 4_000
_ROW = np.dtype([("head", "<u8"), ("at", "<u8")])


def digest_of(text: str, state: str, *, with_grams: bool) -> bytes:
    """By what a text's words are found: another text, analysis or dictionary has another."""
    content = f"{state}\0{with_grams:d}\0{text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(content, digest_size=16).digest()


class Kept:
    """What an earlier rebuild kept; empty where that is gone or damaged."""

    def __init__(self, path: Path) -> None:
        self._file = -1
        self._heads = self._places = np.empty(0, "<u8")
        self._end = 0
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            self._read_table()
        except FileNotFoundError:
            pass
        except (OSError, ValueError, struct.error) as error:
            logger.warning("What was kept of the last rebuild cannot be read, all is made anew: %s", error)
            self._heads = self._places = np.empty(0, "<u8")

    def __len__(self) -> int:
        """How many records are kept."""
        return len(self._heads)

    def find(self, digests: list[bytes]) -> list[bytes | None]:
        """What is kept by these digests, None for those that are not."""
        if not len(self._heads) or not digests:
            return [None] * len(digests)
        asked = np.frombuffer(b"".join(digests), "<u8")[::2]
        rows = np.searchsorted(self._heads, asked)
        rows[rows == len(self._heads)] = 0
        found = self._heads[rows] == asked
        places = self._places[rows].tolist()
        return [
            self._record(place, digest) if is_there else None
            for digest, place, is_there in zip(digests, places, found.tolist(), strict=True)
        ]

    def close(self) -> None:
        """Let the file go."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _read_table(self) -> None:
        size = os.fstat(self._file).st_size
        count, at, check, magic = _ENDING.unpack(os.pread(self._file, _ENDING.size, max(size - _ENDING.size, 0)))
        if magic != _MAGIC or at + count * _ROW.itemsize + _ENDING.size != size:
            raise ValueError("the file is not whole")
        table = os.pread(self._file, count * _ROW.itemsize, at)
        if crc32(table) != check:
            raise ValueError("the table is damaged")
        rows = np.frombuffer(table, _ROW)
        # Copies lie side by side, and are searched much faster.
        self._heads, self._places, self._end = rows["head"].copy(), rows["at"].copy(), at

    def _record(self, at: int, digest: bytes) -> bytes | None:
        try:
            start = os.pread(self._file, _GUESS, at)
            kept, check, length = _RECORD.unpack_from(start)
            if kept != digest or at + _RECORD.size + length > self._end:
                return None
            content = start[_RECORD.size : _RECORD.size + length]
            if len(content) < length:
                content += os.pread(self._file, length - len(content), at + len(start))
        except (OSError, struct.error):
            return None
        return content if crc32(content) == check else None


class Writer:
    """What this rebuild keeps for the next. A disk that is full ends it, and nothing else."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path, self._folder, self._name = folder / f"{name}.new", folder, name
        self._file: BinaryIO | None = self._path.open("wb", buffering=1 << 20)
        self._table = array("Q")
        self._at = 0

    def __len__(self) -> int:
        """How many records were added."""
        return len(self._table) // 2

    def add(self, digest: bytes, content: bytes) -> None:
        """Keep this; the same again does no harm."""
        if self._file is None:
            return
        try:
            if len(self._table) % (2 * _LOOK_EVERY) == 0 and shutil.disk_usage(self._folder).free < SPARE_ROOM:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._file.write(_RECORD.pack(digest, crc32(content), len(content)) + content)
        except OSError as error:
            self._give_up(error)
            return
        self._table.extend((int.from_bytes(digest[:8], "little"), self._at))
        self._at += _RECORD.size + len(content)

    def finish(self) -> None:
        """Put the file in the place of the one before."""
        if self._file is None:
            return
        rows = np.frombuffer(self._table, "<u8").reshape(-1, 2)
        rows = rows[np.unique(rows[:, 0], return_index=True)[1]]
        table = rows.astype("<u8").tobytes()
        try:
            self._file.write(table + _ENDING.pack(len(rows), self._at, crc32(table), _MAGIC))
            self._file.close()
            self._path.replace(self._folder / self._name)
        except OSError as error:
            self._give_up(error)
        self._file = None

    def close(self) -> None:
        """Leave nothing of a file that was not finished; the one before stays."""
        self._give_up(None)

    def _give_up(self, error: OSError | None) -> None:
        if self._file is None:
            return
        if error is not None:
            logger.warning("What was made is not kept for the next rebuild: %s", error)
        file, self._file = self._file, None
        for leave in (file.close, self._path.unlink):
            try:
                leave()
            except OSError:
                continue


def coded(words: Words) -> bytes:
    """The words of a text as they are kept."""
    return f"{words.terms}\n{words.grams}".encode("utf-8", "surrogatepass")


def decoded(content: bytes) -> Words:
    """The words that were `coded`."""
    terms, _line, grams = content.decode("utf-8", "surrogatepass").partition("\n")
    return Words(terms, grams)


@contextmanager
def keeping(folder: Path, name: str = NAME) -> Iterator[tuple[Kept, Writer | None]]:
    """What was kept, and a writer for what is used now; None where another process writes, or nobody can.

    What is written stays only if nothing is raised inside.
    """
    kept, writer, lock = Kept(folder / name), None, -1
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # The kernel lets the lock go with the process, and who has it writes over what a killed one left.
            lock = os.open(folder / f"{name}.lock", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            writer = Writer(folder, name)
        except OSError as error:
            logger.info("What is made is not kept for the next rebuild: %s", error)
        yield kept, writer
        if writer is not None:
            writer.finish()
    finally:
        if writer is not None:
            writer.close()
        if lock >= 0:
            os.close(lock)
        kept.close()
