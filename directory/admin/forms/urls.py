"""Addresses below the admin's."""

from __future__ import annotations

from typing import Any

from django.urls import path

from . import asking


def admin_urls() -> list[Any]:
    """See `asking`."""
    return [
        path("entries/look/<slug:table>/", asking.look, name="entry_look_new"),
        path("entries/look/<slug:table>/<int:pk>/", asking.look, name="entry_look"),
        path("entries/hours/", asking.hours, name="entry_hours"),
        path("entries/reading/", asking.reading, name="entry_reading"),
        path("entries/town/", asking.town, name="entry_town"),
        path("entries/map/", asking.town_map, name="entry_map"),
        path("entries/bring/", asking.bring, name="entry_bring"),
    ]
