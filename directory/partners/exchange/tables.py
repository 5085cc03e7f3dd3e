"""Contact points as a table of our own format: out and in with the register, for those who may see them.

Registered from here (`apps`), since nothing below knows that contact points exist. They are written by the way of their desk, so
that a change is noted for the packs in which they stand.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ...exchange.tables.own import ID, STATE, VERSION, IdColumn, State, Table, Version, derived, register
from ...models import Organisation
from ..models import ContactPoint

NAME = "contacts"
STATES = (("live", _("承認済み")), ("draft", _("下書き")), ("pending", _("承認済み（直しの下書きあり）")))


def contacts() -> Table:
    """The table of contact points."""
    return Table(
        NAME,
        ContactPoint._meta.verbose_name,
        ContactPoint,
        (
            IdColumn(ID, _("番号")),
            State(STATE, _("状態"), states=STATES),
            Version(VERSION, _("版")),
            *derived(ContactPoint),
        ),
        has_drafts=True,
        is_staff=True,
        # Whether a person may be named depends on what the institution is.
        asks=(Organisation,),
    )


def register_contacts() -> None:
    """Let files have contact points (called when the application is ready)."""
    register(contacts())
