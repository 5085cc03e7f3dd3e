"""Names of uploaded files."""

from __future__ import annotations

import re
import unicodedata

from .. import policy

# NFKC first: "½" is a letter to a regular expression, and becomes "1/2" where Wagtail writes names in ASCII.
UNWANTED = re.compile(r"[^\w-]+")


def ending(name: str) -> str:
    """What stands behind the last dot, small, or nothing."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def harmless(name: str) -> str:
    """The name in letters, digits and lines, with one ending only, and no longer than the policy says.

    `x.html.pdf` becomes `x_html.pdf`: some web servers look at every ending of a name.
    """
    stem, dot, last = unicodedata.normalize("NFKC", name).rpartition(".")
    if not dot:
        stem, last = last, ""
    kept = UNWANTED.sub("_", stem).strip("_") or "file"
    suffix = "." + UNWANTED.sub("", last).lower() if last else ""
    room = max(policy.LONGEST_FILE_NAME - len(suffix.encode()), 1)
    # Not in the middle of a character.
    return kept.encode()[:room].decode(errors="ignore") + suffix
