"""Addresses of the checker within the admin."""

from __future__ import annotations

from typing import Any

from django.urls import path

from .report import report, report_csv
from .views import check_form, record_page


def urls() -> list[Any]:
    """The report, its file, what is found in a form, and the page of a record."""
    return [
        path("reports/words/", report, name="checker_report"),
        path("reports/words.csv", report_csv, name="checker_report_csv"),
        path("checker/form/", check_form, name="checker_check"),
        path("checker/<slug:app>/<slug:model>/<int:pk>/", record_page, name="checker_record"),
    ]
