"""How large the body of a request may be: by address, method, and whether somebody may be logged in."""

from __future__ import annotations

from . import policy

# Files come with forms.
UPLOADING = "POST"


def largest_body(path: str, method: str, *, has_session: bool) -> int:
    """Bytes that may be sent to this path, read as the application reads it (decoded once)."""
    if has_session and method == UPLOADING:
        # The server makes one slash of several at the beginning, and only there.
        path = "/" + path.lstrip("/")
        for beginning, size in policy.UPLOADS:
            if path.startswith(beginning):
                return size
    return policy.LARGEST_BODY


def brings_cookie(header: str, name: str) -> bool:
    """Whether a Cookie header names this cookie with any value. Whether it is worth anything is asked later."""
    pairs = (pair.partition("=") for pair in header.replace(",", ";").split(";"))
    return any(key.strip() == name and value.strip() for key, _is, value in pairs)
