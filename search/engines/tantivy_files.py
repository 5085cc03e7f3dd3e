"""tantivy's files: a writer that leaves nothing half done, and its many errors told as three of ours."""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import tantivy

from .base import EngineBusy, EngineError, EngineUnavailable, IndexBroken

# The analysis in Python is slower than one writing thread, and fewer threads leave fewer segments to search.
WRITER_THREADS = 1
# With less, a commit may still go through and the merge after it not. A change writes some kilobytes, a merge of the
# segments of 10,000 documents about so much.
LEAST_ROOM = 50_000_000
# What says nothing against the index: the same files can be read and written once there is room, or a file to open.
_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PASSING = frozenset({errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EACCES, errno.EPERM})
# tantivy tells the system's error within its sentences, in two ways.
_NUMBER = re.compile(r"(?:os error |code: )(\d+)")


@contextmanager
def writing(build: Path, index: tantivy.Index, heap: int) -> Iterator[tantivy.IndexWriter]:
    """A writer that commits at the end or leaves the index as it was, and lets tantivy's own lock go either way.

    What fails inside is raised as it is; tantivy's own failures are told.
    """
    try:
        writer = index.writer(heap, WRITER_THREADS)
    except ValueError as error:
        if "LockBusy" in str(error):
            raise EngineBusy(str(error)) from error
        raise told(build, error) from error
    try:
        yield writer
        with telling(build):
            writer.commit()
    except BaseException:
        # A second failure would hide the first, which says what is wrong.
        with suppress(ValueError, OSError):
            writer.rollback()
        raise
    finally:
        with suppress(ValueError, OSError):
            writer.wait_merging_threads()


@contextmanager
def telling(place: Path) -> Iterator[None]:
    """Tell damaged files as IndexBroken and what passes as EngineUnavailable; tantivy reports both as ValueError, OSError or
    a panic."""
    try:
        yield
    except EngineError:
        raise
    except (ValueError, OSError) as error:
        raise told(place, error) from error
    except BaseException as error:
        # pyo3's panic is no Exception and has no name to import.
        if type(error).__name__ != "PanicException":
            raise
        raise told(place, error) from error


def told(place: Path, error: BaseException) -> EngineUnavailable:
    """An error of tantivy or of the system as one of ours."""
    found = _NUMBER.search(str(error))
    number = error.errno if isinstance(error, OSError) else int(found[1]) if found else 0
    if number in _ROOM:
        return EngineUnavailable(f"There is no room on the disk of {place}: {error}")
    if number in _PASSING:
        return EngineUnavailable(f"{place}: {os.strerror(number)} ({error})")
    return IndexBroken(f"{place}: {error}")


def lacks_room(root: Path) -> bool:
    """Whether the disk is about to be full."""
    try:
        return shutil.disk_usage(root).free < LEAST_ROOM
    except OSError:
        return False
