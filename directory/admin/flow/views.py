"""What waits for approval as a list, and one of it beside what is public now, with an answer at each field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import TaskState

from ...models import FieldAnswer, Resource
from ...models.flow import LONGEST_ANSWER, CarefulTask, SavedMeanwhile, seen_as
from ..freshness.access import tell
from .answering import answer_fields, read_answers
from .comparing import Row, compare

PER_PAGE = 30
APPROVE, REJECT = "approve", "reject"


def entries_to_approve(user: Any) -> QuerySet[TaskState]:
    """Entries of the register whose step of approval somebody may decide, the longest waiting first."""
    states: QuerySet[TaskState] = TaskState.objects.reviewable_by(user)
    return states.filter(workflow_state__base_content_type=_register()).order_by("started_at", "pk")


def others_to_approve(user: Any) -> QuerySet[TaskState]:
    """What else waits for them: pages, contact points."""
    states: QuerySet[TaskState] = TaskState.objects.reviewable_by(user)
    return states.exclude(workflow_state__base_content_type=_register())


def _register() -> ContentType:
    """The table that all kinds share, by which Wagtail knows their versions."""
    return ContentType.objects.get_for_model(Resource)


def waiting(request: HttpRequest) -> HttpResponse:
    """The list; empty for who approves nothing."""
    states = entries_to_approve(request.user).select_related("workflow_state__requested_by", "task")
    page = Paginator(states, PER_PAGE).get_page(request.GET.get("page"))
    named = Resource.objects.in_bulk([int(state.workflow_state.object_id) for state in page])
    rows = [
        {"entry": named[int(state.workflow_state.object_id)], "state": state}
        for state in page
        if int(state.workflow_state.object_id) in named
    ]
    return render(request, "directory/admin/flow/waiting.html", {"page": page, "rows": rows})


@dataclass(frozen=True, slots=True)
class Shown:
    """A row with what was answered at it before, and what is being answered."""

    row: Row
    name: str
    before: list[str]
    text: str


def compared(request: HttpRequest, pk: int) -> HttpResponse:
    """An entry's newest version beside what is public; with buttons for whose step it is.

    What was saved while somebody looked is not approved: the page comes again with what they wrote.
    """
    entry = get_object_or_404(Resource, pk=pk).specific
    state = entry.current_workflow_task_state
    task = state.task.specific if state and state.status == TaskState.STATUS_IN_PROGRESS else None
    actions = {name for name, _label, _modal in task.get_actions(entry, request.user)} if task else set()
    if not actions and not request.user.has_perm(f"directory.change_{entry._meta.model_name}"):
        raise PermissionDenied
    newest = entry.get_latest_revision()
    if newest is None:
        raise Http404
    typed: dict[str, str] = {}
    if request.method == "POST":
        if task is None or state is None or request.POST.get("do") not in actions:
            messages.warning(request, _refused(entry, task, request.user))
            return redirect("compare", pk=entry.pk)
        typed = read_answers(request.POST)
        try:
            return _decided(request, entry, state, task, typed)
        except SavedMeanwhile as error:
            newest = error.revision or newest
            tell(request, error)
        except ValidationError as error:
            tell(request, error)
    draft = newest.as_object()
    try:
        rows = compare(entry if entry.live else None, draft)
    except ValueError:
        raise Http404 from None
    return render(
        request, "directory/admin/flow/compare.html", _context(request, entry, newest, rows, typed, actions, task)
    )


def _decided(
    request: HttpRequest, entry: Resource, state: TaskState, task: CarefulTask, typed: dict[str, str]
) -> HttpResponse:
    """Approve or send back. Raises ValidationError for what cannot be done."""
    comment = request.POST.get("comment", "").strip()
    too_long = [text for text in typed.values() if len(text) > LONGEST_ANSWER]
    if too_long:
        raise ValidationError(_("答えは、{longest}字までで書いてください。").format(longest=LONGEST_ANSWER))
    if request.POST["do"] == REJECT:
        if not (typed or comment):
            raise ValidationError(
                _("どこを直せばよいか、項目への答えか「全体へのひとこと」に書いてから、差しもどしてください。")
            )
        answer_fields(entry, state, typed)
        task.on_action(state, request.user, REJECT, comment=comment)
        messages.success(
            request, _("「{name}」を差しもどしました。出した人に、メールで伝わります。").format(name=entry.name)
        )
        return redirect("approvals")
    task.on_action(state, request.user, APPROVE, seen=request.POST.get("seen", ""), comment=comment)
    messages.success(request, _said_of_approval(entry))
    return redirect("approvals")


def _said_of_approval(entry: Resource) -> str:
    now = Resource.objects.get(pk=entry.pk)
    if now.current_workflow_state is not None:
        return _("「{name}」を承認しました。もう1人が承認すると、公開されます。").format(name=now.name)
    if now.has_unpublished_changes or not now.live:
        return _("「{name}」を承認しました。決めた日時に公開されます。").format(name=now.name)
    return _("「{name}」を承認して、公開しました。").format(name=now.name)


def _refused(entry: Resource, task: Any, user: Any) -> str:
    """Why there is nothing to press."""
    if task is None:
        return _("「{name}」は、いまは承認を待っていません。ほかの人が先に答えたようです。").format(name=entry.name)
    why = task.why_not(entry, user) if isinstance(task, CarefulTask) else ""
    return why or _("この承認は、ほかの人の受け持ちです。")


def _context(
    request: HttpRequest,
    entry: Resource,
    newest: Any,
    rows: list[Row],
    typed: dict[str, str],
    actions: set[str],
    task: Any,
) -> dict[str, Any]:
    before: dict[str, list[str]] = {}
    for answer in FieldAnswer.open_for(entry):
        before.setdefault(answer.field, []).append(answer.text)
    shown = [Shown(row, f"answer-{row.key}", before.get(row.key, []), typed.get(row.key, "")) for row in rows]
    workflow = entry.current_workflow_state
    handed_in = workflow.current_task_state if workflow else None
    return {
        "entry": entry,
        "newest": newest,
        "seen": seen_as(newest),
        "changed": [one for one in shown if one.row.changed and not one.row.is_staff],
        "changed_for_staff": [one for one in shown if one.row.changed and one.row.is_staff],
        "same": [one for one in shown if not one.row.changed and (one.row.new or one.before)],
        "actions": actions,
        "why_not": _refused(entry, task, request.user) if task and not actions else "",
        "workflow": workflow,
        "waits": task is not None,
        "saved_later": bool(handed_in and task and handed_in.revision_id != newest.pk),
        "comment": request.POST.get("comment", ""),
        "edit_url": AdminURLFinder(request.user).get_edit_url(entry),
        "go_live_at": newest.as_object().go_live_at,
        "longest": LONGEST_ANSWER,
        "list_url": reverse("approvals"),
    }
