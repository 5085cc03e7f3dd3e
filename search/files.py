"""Files that other processes read while they are written, and those of a program."""

import hashlib
import os
import threading
from pathlib import Path


def digest_of_program(folder: Path) -> str:
    """Of a package's modules, those of its rooms too: another version has another one.

    Ask when the process begins: an upgrade puts new files under one that runs on with the old ones.
    """
    code = hashlib.blake2b(digest_size=16)
    for path in sorted(folder.rglob("*.py")):
        code.update(path.read_bytes())
    return code.hexdigest()


def replace_text(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old text or the new one, also after a crash."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with fresh.open("w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        # Of a disk that was full, half a file is left.
        fresh.unlink(missing_ok=True)
