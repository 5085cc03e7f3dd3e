"""Who is told that something waits for approval: those who may decide it. Wagtail would tell all of the step's groups."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from wagtail.admin.mail import GroupApprovalTaskStateSubmissionEmailNotifier
from wagtail.models import TaskState
from wagtail.signals import task_submitted

from ...models import SecondApproval

STOCK = "group_approval_task_submitted_email_notification"


class ToWhoMayDecide(GroupApprovalTaskStateSubmissionEmailNotifier):
    """For the second step of an entry whose field names an office: its people."""

    def get_recipient_users(self, task_state: TaskState, **kwargs: Any) -> QuerySet:
        """See Notifier."""
        users: QuerySet = super().get_recipient_users(task_state, **kwargs)
        task = task_state.task.specific
        if not isinstance(task, SecondApproval):
            return users
        state = task_state.workflow_state
        if offices := task.offices(state.content_object):
            users = get_user_model().objects.filter(offices__in=[one.pk for one in offices], is_active=True)
        approved = state.task_states.filter(status=TaskState.STATUS_APPROVED).values("finished_by")
        return users.exclude(pk=state.requested_by_id).exclude(pk__in=approved).distinct()


_notifier = ToWhoMayDecide()


def register() -> None:
    """In place of Wagtail's own, once, when the admin is put together."""
    task_submitted.disconnect(sender=TaskState, dispatch_uid=STOCK)
    task_submitted.connect(_notifier, sender=TaskState, dispatch_uid=STOCK)
