"""Models of the partner institutions and of what only they and the staff may see; each subject has its file."""

from .contacts import ContactPoint
from .packs import ContactList, Duty, PublicList, SharingPack
from .partners import INVITATION, MEMBERSHIP, SESSIONS, Invitation, Member, Partner, Training
from .records import ContactChange, Delivery, Proposal, TrailLine

__all__ = [
    "INVITATION",
    "MEMBERSHIP",
    "SESSIONS",
    "ContactChange",
    "ContactList",
    "ContactPoint",
    "Delivery",
    "Duty",
    "Invitation",
    "Member",
    "Partner",
    "Proposal",
    "PublicList",
    "SharingPack",
    "TrailLine",
    "Training",
]
