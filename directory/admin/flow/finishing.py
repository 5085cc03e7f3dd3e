"""What an approval ends with. Wagtail imports this while its own models are read (`WAGTAIL_FINISH_WORKFLOW_ACTION`): no model here."""

from __future__ import annotations

from typing import Any


def publish_approved(workflow_state: Any, user: Any = None) -> None:
    """Publish the version that was approved last, where Wagtail would publish whatever was saved last."""
    approved = (
        workflow_state.task_states.filter(status="approved")
        .select_related("revision")
        .order_by("-finished_at", "-pk")
        .first()
    )
    revision = approved.revision if approved else workflow_state.content_object.get_latest_revision()
    # Who decides at the last step may be of an office that publishes nothing else.
    revision.publish(user=user, skip_permission_checks=True)
