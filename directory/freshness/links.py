"""The signed link of a mail and the short code of a sheet: what lets somebody confirm without a log-in.

A link says for whom it was made and on which day, and nothing else; it opens only what is public of that organisation or office.
It ends by itself, and what it confirmed once it does not confirm again.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from ..choices import ConfirmBy
from ..models import ConfirmCode, Office, Organisation, PublicRecord

SALT = "directory.freshness.confirm"
# Longer than until the second mail, which brings a new one; a sheet lies about for some weeks.
HOLDS = timedelta(days=60)
# Nothing that is heard or read as something else: no 0 O 1 I L, no U V (ユー and ブイ), no 8 B, no 5 S, no 2 Z.
ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
CODE_LENGTH = 8


class LinkExpired(Exception):
    """It was right, and its days are over."""


class LinkBroken(Exception):
    """It was altered, cut off, or never made here; or whom it was made for is gone."""


@dataclass(frozen=True, slots=True)
class Link:
    """Whom a link was made for, and when. `is_whole`: all entries (a sheet), not only those that are due."""

    made_on: date
    organisation: Organisation | None = None
    office: Office | None = None
    is_whole: bool = False

    @property
    def title(self) -> str:
        """Who is asked."""
        return str(self.organisation or self.office)


def token_for(whom: Organisation | Office, *, made_on: date | None = None, is_whole: bool = False) -> str:
    """A link's signed part."""
    kind = "o" if isinstance(whom, Organisation) else "f"
    day = (made_on or timezone.localdate()).isoformat()
    return signing.dumps([kind, whom.uuid.hex, day, int(is_whole)], salt=SALT)


def read_token(token: str) -> Link:
    """Whom it was made for. Raises LinkExpired or LinkBroken."""
    try:
        kind, uuid, day, is_whole = signing.loads(token, salt=SALT)
        made_on = date.fromisoformat(day)
    except (signing.BadSignature, ValueError, TypeError):
        raise LinkBroken from None
    if timezone.localdate() > made_on + HOLDS:
        raise LinkExpired
    if kind == "o":
        organisation = Organisation.objects.filter(uuid=uuid).first()
        if organisation:
            return Link(made_on, organisation=organisation, is_whole=bool(is_whole))
    elif office := Office.objects.filter(uuid=uuid, retired=False).first():
        return Link(made_on, office=office, is_whole=bool(is_whole))
    raise LinkBroken


def records_of(link: Link) -> QuerySet[PublicRecord]:
    """The public records that a link is about: those that want confirming or were confirmed since it was made, or all.

    Of an office those whose organisation cannot be asked by itself.
    """
    records = PublicRecord.objects.order_by("due_on", "pk")
    if link.organisation:
        records = records.filter(resource__organisation=link.organisation)
    elif link.office:
        theirs = Q(resource__owner=link.office)
        if link.office.is_default:
            theirs |= Q(resource__owner=None) | Q(resource__owner__retired=True)
        records = records.filter(
            theirs, resource__organisation__confirm_by=ConfirmBy.MAIL, resource__organisation__confirm_mail=""
        )
    if link.is_whole:
        return records
    today = timezone.localdate()
    return records.filter(Q(due_on__lte=today) | Q(resource__verified_on__gte=link.made_on))


# -- codes --


def new_code(organisation: Organisation) -> str:
    """A code for a sheet of the organisation, in two halves; earlier ones go on until their days are over."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))
        _row, is_new = ConfirmCode.objects.get_or_create(
            code_hash=_hashed(code), defaults={"organisation": organisation, "made_on": timezone.localdate()}
        )
        if is_new:
            return f"{code[:4]}-{code[4:]}"


def plain_code(typed: str) -> str:
    """A code as it was typed, heard or copied: wide letters, small ones, blanks and any dash are forgiven."""
    text = unicodedata.normalize("NFKC", typed[:100]).upper()
    return "".join(sign for sign in text if sign.isascii() and sign.isalnum())


def link_of_code(typed: str) -> str | None:
    """The signed part of the link that a code stands for, or None. The caller counts tries."""
    code = plain_code(typed)
    if len(code) != CODE_LENGTH or set(code) - set(ALPHABET):
        return None
    since = timezone.localdate() - HOLDS
    row = ConfirmCode.objects.filter(code_hash=_hashed(code), made_on__gte=since).select_related("organisation").first()
    return token_for(row.organisation, made_on=row.made_on, is_whole=True) if row else None


def _hashed(code: str) -> str:
    return salted_hmac(SALT, code, algorithm="sha256").hexdigest()
