"""People of partners for the demo: log-ins with a second factor that needs no telephone."""

from __future__ import annotations

import time
from base64 import b32encode
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import transaction
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from ...identity import stable_uuid
from ..choices import Rank
from ..models import Member, Partner

# Log-ins that exist only in a demo: mail, key of the organisation, name, rank.
PEOPLE = (
    ("hellowork@example.jp", "hw-yorozu", "青木（見本）", Rank.LEAD),
    ("madoguchi@hellowork.example.jp", "hw-yorozu", "井口（見本）", Rank.MEMBER),
    ("silver@example.jp", "silver-yorozu", "上野（見本）", Rank.LEAD),
)
PASSWORD = "renkei-demo-2026"  # noqa: S105 (the demo's, printed on purpose)


@dataclass(frozen=True)
class People:
    """A log-in as it is printed; `code` is the one of this half minute."""

    mail: str
    password: str
    partner: str
    rank: str
    secret: str
    code: str


@transaction.atomic
def make_people(origin: str) -> list[People]:
    """Make the accounts that are missing. Returns all, with their current codes."""
    people = []
    for mail, key, name, rank in PEOPLE:
        partner = Partner.objects.select_related("organisation").get(uuid=stable_uuid(origin, f"partner:{key}"))
        user, created = get_user_model().objects.get_or_create(username=mail, defaults={"email": mail})
        if created:
            user.set_password(PASSWORD)
            user.save()
        Member.objects.get_or_create(user=user, defaults={"partner": partner, "name": name, "rank": rank})
        device = TOTPDevice.objects.filter(user=user, confirmed=True).first() or TOTPDevice.objects.create(
            user=user, name="demo"
        )
        people.append(People(mail, PASSWORD, str(partner), str(rank.label), secret_of(device), code_of(device)))
    return people


def user_names() -> set[str]:
    """The names of the accounts."""
    return {mail for mail, *_rest in PEOPLE}


def remove_people() -> None:
    """Take the accounts away."""
    get_user_model().objects.filter(username__in=user_names()).delete()


def secret_of(device: TOTPDevice) -> str:
    """The secret as an app takes it."""
    return b32encode(device.bin_key).decode().rstrip("=")


def code_of(device: TOTPDevice) -> str:
    """The code of this half minute."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = time.time()
    return f"{totp.token():0{device.digits}d}"
