"""What the doors write onto a request for those who come after them."""

from typing import Any

from django.http import HttpRequest

from ..counting import Outcome


class MarkedRequest(HttpRequest):
    """Names the marks for readers and for the checker of types; no request is made as one."""

    # Why the session ended just now ("idle", "old"), or nothing.
    session_ended: str
    # Somebody is in, with all that is asked of them.
    came_in: Any
    # A log-in was refused unseen.
    refused: Outcome
