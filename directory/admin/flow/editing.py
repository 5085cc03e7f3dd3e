"""The form of an entry on its way to approval: answers at the fields, and no way around the second approval."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.models import TaskState, WorkflowState
from wagtail.snippets.views.snippets import (
    CopyView,
    DeleteView,
    LockView,
    RevisionsUnscheduleView,
    UnlockView,
    UnpublishView,
)

from ...models import Resource
from ...models.flow import fields_with_second_step
from ..freshness.owning import OwnedView
from .answering import answers_by_input, show_at_fields


class TwoStepPublishing:
    """A form whose button 「公開する」 hands an entry in where a field asks for two approvals; nothing of the form is lost."""

    object: Any
    request: HttpRequest
    action: str

    def publish_action(self) -> HttpResponse | None:
        """See Wagtail's CreateEditViewOptionalFeaturesMixin."""
        if not fields_with_second_step(self.object):
            answer: HttpResponse | None = super().publish_action()  # type: ignore[misc]
            return answer
        self.action = "submit"
        state = self.object.current_workflow_state
        if state is None or state.status == WorkflowState.STATUS_NEEDS_CHANGES:
            self.submit_action()  # type: ignore[attr-defined]
        messages.info(
            self.request, _("2人で確かめる分野の案内なので、まだ公開していません。2人の承認がすむと、公開されます。")
        )
        return None


class FlowEditView(TwoStepPublishing):
    """The form of an entry; says above it and at the fields what an approver answered."""

    expects_json_response: bool

    def get_bound_panel(self, form: Any) -> Any:
        """As Wagtail's, with what was answered in the help of each field."""
        bound = super().get_bound_panel(form)  # type: ignore[misc]
        if bound is None or self.request.method != "GET":
            return bound
        state = self.object.current_workflow_state
        if state is None:
            return bound
        shown = show_at_fields(bound, answers_by_input(self.object))
        to_compare = [messages.button(reverse("compare", args=[self.object.pk]), _("くらべる"))]
        if state.status == WorkflowState.STATUS_NEEDS_CHANGES:
            messages.warning(self.request, _sent_back(self.object, shown), buttons=to_compare)
        else:
            messages.info(
                self.request, _("承認を待っています。いま公開しているものとの違いを見られます。"), buttons=to_compare
            )
        return bound


def _sent_back(entry: Resource, shown: list[dict[str, str]]) -> str:
    state = entry.current_workflow_state
    task_state = state.current_task_state if state else None
    comment = task_state.comment if task_state and task_state.status == TaskState.STATUS_REJECTED else ""
    items = format_html_join(
        "", '<br><a href="#{}">{}</a>: {}', ((one["anchor"], one["label"], one["text"]) for one in shown)
    )
    return format_html("{} {}{}", _("差しもどされました。直して、もういちど承認に出してください。"), comment, items)


class OwnedDeleteView(OwnedView, DeleteView):
    """See OwnedView."""


class OwnedUnpublishView(OwnedView, UnpublishView):
    """See OwnedView."""


class OwnedCopyView(OwnedView, TwoStepPublishing, CopyView):
    """See OwnedView."""


class OwnedLockView(OwnedView, LockView):
    """See OwnedView."""


class OwnedUnlockView(OwnedView, UnlockView):
    """See OwnedView."""


class OwnedUnscheduleView(OwnedView, RevisionsUnscheduleView):
    """See OwnedView."""


class FlowViews:
    """The views of a kind's viewset that change an entry, each only for whose it is."""

    delete_view_class: ClassVar[type] = OwnedDeleteView
    unpublish_view_class: ClassVar[type] = OwnedUnpublishView
    copy_view_class: ClassVar[type] = OwnedCopyView
    lock_view_class: ClassVar[type] = OwnedLockView
    unlock_view_class: ClassVar[type] = OwnedUnlockView
    revisions_unschedule_view_class: ClassVar[type] = OwnedUnscheduleView
