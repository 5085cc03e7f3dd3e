"""Ways of reading a file by name: our own format is the one without a name; the others are registered beside what reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from .own_reading import Reading, read_own


@dataclass(frozen=True, slots=True)
class Profile:
    """A way of reading a file into rows of our own tables. `read` raises `own_reading.NotOurs`."""

    name: str
    label: Any
    read: Callable[[Path], Reading]


OWN = Profile("", _("このサイトから書き出したファイル"), read_own)
_profiles: dict[str, Profile] = {}
_finders: list[Callable[[str], Profile | None]] = []


def register_profile(profile: Profile) -> None:
    """Let files be read in another way."""
    _profiles[profile.name] = profile


def register_finder(find: Callable[[str], Profile | None]) -> None:
    """Let profiles be found that are no code: those that a city has saved."""
    _finders.append(find)


def profile_of(name: str) -> Profile:
    """The profile of a name, the own format for none. Raises KeyError."""
    if not name:
        return OWN
    if name in _profiles:
        return _profiles[name]
    for find in _finders:
        if found := find(name):
            return found
    raise KeyError(name)


def profiles() -> list[Profile]:
    """The own format, and all that are registered."""
    return [OWN, *_profiles.values()]
