"""Names of people: the family name comes first, and is what somebody is called by."""

from django.contrib.auth.models import AbstractUser, User
from wagtail.admin.forms.account import NameEmailForm


def full_name(user: AbstractUser) -> str:
    """As a name is written in Japanese."""
    return f"{user.last_name} {user.first_name}".strip()


def short_name(user: AbstractUser) -> str:
    """What somebody is called by at work."""
    return user.last_name or user.first_name


def put() -> None:
    """Where people are told and where they write their names."""
    User.get_full_name = full_name  # type: ignore[method-assign, assignment]
    User.get_short_name = short_name  # type: ignore[method-assign, assignment]
    NameEmailForm.field_order = ["last_name", "first_name", "email"]
