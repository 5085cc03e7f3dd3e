"""Addresses below the admin's."""

from __future__ import annotations

from typing import Any

from django.urls import path

from . import calls, handover, overview, proposals, sheets


def admin_urls() -> list[Any]:
    """See the modules."""
    return [
        path("freshness/", overview.overview, name="freshness"),
        path("freshness/entry/", overview.entry, name="freshness_entry"),
        path("freshness/calls/", calls.queue, name="freshness_calls"),
        path("freshness/calls/<int:pk>/", calls.call, name="freshness_call"),
        path("freshness/proposals/", proposals.proposals, name="freshness_proposals"),
        path("freshness/proposals/<int:pk>/", proposals.proposal, name="freshness_proposal"),
        path("freshness/sheets/", sheets.sheets, name="freshness_sheets"),
        path("freshness/sheets/<int:pk>/", sheets.sheet, name="freshness_sheet"),
        path("freshness/handover/", handover.handover, name="freshness_handover"),
        path("freshness/handover/<int:pk>.xlsx", handover.handover_file, name="freshness_handover_file"),
    ]
