"""What a public form carries so that a robot that posts a thousand times is told from a person, without cookie, script or service.

A sealed form says when its page was made and has a number of its own. It keeps out who posts without ever reading the page, at
once, or the same page again and again; who does all that right is held by the limits (`policy`).
"""

from __future__ import annotations

import secrets
import time
from enum import Enum

from django.core import signing

from .policy import HOURS_FOR_A_FORM, SECONDS_TO_FILL_IN

SALT = "guard.seals"
# What no person sees and no person fills in; robots fill in whatever is called like this.
TRAP = "homepage"


class Flaw(Enum):
    """Why a form is not taken as it came."""

    SOON = "soon"
    OLD = "old"
    TRAPPED = "trapped"


def new_seal() -> str:
    """For one form on one page."""
    return signing.dumps([secrets.token_hex(8), int(time.time())], salt=SALT)


def flaw_of(seal: str, trap: str = "") -> Flaw | None:
    """What is wrong with a form that came back, or None. One that nobody sealed is old."""
    if trap:
        return Flaw.TRAPPED
    try:
        _number, made = signing.loads(seal, salt=SALT)
        age = time.time() - made
    except (signing.BadSignature, ValueError, TypeError):
        return Flaw.OLD
    if age > HOURS_FOR_A_FORM * 3600:
        return Flaw.OLD
    return Flaw.SOON if age < SECONDS_TO_FILL_IN else None


def number_of(seal: str) -> str:
    """The form's own number. Ask `flaw_of` first."""
    return str(signing.loads(seal, salt=SALT)[0])
