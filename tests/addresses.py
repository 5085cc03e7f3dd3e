"""All addresses of the site, taken from the URL configuration."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import get_resolver
from django.urls.resolvers import URLResolver


@dataclass(frozen=True)
class Address:
    """One pattern: its whole route, and its name with namespaces (some have none)."""

    route: str
    name: str

    @property
    def key(self) -> str:
        """What tables of tests call it."""
        return self.name or self.route

    def path(self, sample: Callable[[str, str], Any]) -> str:
        """The route with `sample(name, converter)` for each of its parameters."""
        route = re.sub(r"<(?:(\w+):)?(\w+)>(?![^(]*\))", lambda m: str(sample(m[2], m[1] or "str")), self.route)
        # Regular expressions: their groups from the inside out, then what is left of them.
        while re.search(r"\([^()]*\)", route):
            route = re.sub(r"\((?:\?P<(\w+)>|\?:)?[^()]*\)[*+?]?", lambda m: str(sample(m[1] or "", "re")), route)
        return "/" + re.sub(r"[\^$\\]|\.\*", "", route)


def addresses() -> list[Address]:
    """Every pattern of the URL configuration, included ones too."""
    return list(_walk(get_resolver(), "", ()))


def _walk(resolver: URLResolver, prefix: str, namespaces: tuple[str, ...]) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, route, (*namespaces, pattern.namespace) if pattern.namespace else namespaces)
        else:
            yield Address(route, ":".join((*namespaces, pattern.name or "")) if pattern.name else "")
