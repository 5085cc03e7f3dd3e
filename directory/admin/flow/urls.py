"""Addresses below the admin's, and what the admin asks of this room."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import path
from wagtail.admin.views.home import WorkflowObjectsToModeratePanel

from ...models import Resource
from ...models.flow import fields_with_second_step
from . import trash, views


def admin_urls() -> list[Any]:
    """See the modules."""
    return [
        path("approvals/", views.waiting, name="approvals"),
        path("approvals/<int:pk>/", views.compared, name="compare"),
        path("trash/", trash.trash, name="trash"),
        path("trash/<int:pk>/", trash.take_back, name="trash_restore"),
    ]


class OthersToApprove(WorkflowObjectsToModeratePanel):
    """Wagtail's list of what waits for approval, without entries of the register: these have a page of their own."""

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """See Component."""
        context: dict[str, Any] = super().get_context_data(parent_context)
        context["states"] = [state for state in context["states"] if not isinstance(state["obj"], Resource)]
        return context


def without_publish(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """An entry that needs two approvals is handed in; a button that publishes would promise something else."""
    instance = context.get("instance")
    if isinstance(instance, Resource) and fields_with_second_step(instance):
        items[:] = [item for item in items if item.name != "action-publish"]
