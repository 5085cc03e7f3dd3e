"""Through whose hands an entry goes: the two steps of approval, as tasks of Wagtail's workflows, what an approver answers at a
field, and the trash.

The second step is passed over unless a field of the entry asks for it (`Field.needs_second`). Where it does, nobody approves what
they handed in themselves, and nobody both steps. What was approved is one version: where somebody saved another since, an
approval changes nothing, and whoever pressed it is led to what differs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import AbstractGroupApprovalTask, Revision, TaskState, WorkflowState

from ..choices import Kind
from ..identity import SHORT_ID_LENGTH
from .organisations import Office
from .resources import Resource
from .taxonomy import Field

LONGEST_ANSWER = 500


class SavedMeanwhile(ValidationError):
    """What is newest is not what somebody looked at when they approved; `revision` is the newest."""

    def __init__(self, revision: Revision | None) -> None:
        super().__init__(_("見ているあいだに、ほかの人が保存しました。変わったところを、もういちど確かめてください。"))
        self.revision = revision


def seen_as(revision: Revision | None) -> str:
    """A version as a form carries it: one that was written over since (autosave does) is another."""
    return f"{revision.pk}-{revision.created_at.timestamp():.6f}" if revision else ""


def fields_with_second_step(obj: Any) -> list[Field]:
    """The fields for which an entry needs two approvals: those it has and those its newest version has; of nothing else any."""
    if not isinstance(obj, Resource) or not obj.pk:
        return []
    rows = Resource.objects.filter(pk=obj.pk).values_list("latest_revision__content__fields", flat=True)
    drafted = next(iter(rows), None) or ()
    asked = models.Q(resources=obj.pk) | models.Q(pk__in=list(drafted))
    return list(Field.objects.filter(asked, needs_second=True).select_related("second_office").distinct())


def asking_fields(states: Iterable[TaskState]) -> dict[int, set[int]]:
    """By the key of a task state, the fields for which its entry needs two approvals; in a few questions for all of them."""
    asking = set(Field.objects.filter(needs_second=True).values_list("pk", flat=True))
    if not asking:
        return {}
    entries: dict[int, tuple[str, set[int]]] = {
        state.pk: (state.workflow_state.object_id, set(state.revision.content.get("fields") or ()))
        for state in states
        if state.workflow_state.base_content_type.model_class() is Resource
    }
    having: dict[str, set[int]] = {}
    linked = Field.resources.through._default_manager.filter(
        resource_id__in={entry for entry, _drafted in entries.values()}, field_id__in=asking
    )
    for entry, field in linked.values_list("resource_id", "field_id"):
        having.setdefault(str(entry), set()).add(field)
    found = {key: having.get(entry, set()) | (drafted & asking) for key, (entry, drafted) in entries.items()}
    return {key: fields for key, fields in found.items() if fields}


_WITH_ENTRY = ("revision", "workflow_state__base_content_type")


class CarefulTask(AbstractGroupApprovalTask):
    """A step at which what is approved is what somebody saw, and at which two steps mean two people."""

    class Meta:
        abstract = True

    def start(self, workflow_state: WorkflowState, user: Any = None) -> TaskState:
        """See Task. What is handed in is what was just saved: Wagtail's form asks of the entry as it read it before."""
        obj: Any = workflow_state.content_object
        obj.refresh_from_db(fields=["latest_revision"])
        started: TaskState = super().start(workflow_state, user=user)
        return started

    def may_decide(self, obj: Any, user: Any) -> bool:
        """Whether this step is theirs at all, whoever handed it in."""
        return bool(user.is_superuser or self._user_in_groups(user))

    def why_not(self, obj: Any, user: Any) -> str:
        """Why somebody whose step it is may not decide this one; "" for who may."""
        state: WorkflowState | None = obj.current_workflow_state
        if state is None or not fields_with_second_step(obj):
            return ""
        if state.requested_by_id == user.pk:
            return _("2人で確かめる分野の案内です。ご自分で出したものは、ほかの人が承認します。")
        # Not by the revision: who approved one step looks at every later version with the same eyes.
        approved = state.task_states.filter(status=TaskState.STATUS_APPROVED, finished_by=user.pk)
        if approved.exclude(task_id=self.pk).exists():
            return _("2人で確かめる分野の案内です。もう1回の承認は、ほかの人がします。")
        return ""

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, str, bool]]:
        """See Task."""
        if not self.may_decide(obj, user) or self.why_not(obj, user):
            return []
        return [
            ("reject", _("差しもどす"), True),
            ("approve", _("承認する"), False),
            ("approve", _("ひとこと付けて承認する"), True),
        ]

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> QuerySet[TaskState]:
        """See Task: without what somebody else has to decide."""
        states: QuerySet[TaskState] = super().get_task_states_user_can_moderate(user, **kwargs)
        return self._without_own(states, user)

    def _without_own(self, states: QuerySet[TaskState], user: Any) -> QuerySet[TaskState]:
        own = models.Q(workflow_state__requested_by=user.pk) | models.Q(
            workflow_state__in=WorkflowState.objects.filter(
                task_states__in=TaskState.objects.filter(status=TaskState.STATUS_APPROVED, finished_by=user.pk).exclude(
                    task=self.pk
                )
            )
        )
        mine = states.filter(own).select_related(*_WITH_ENTRY)
        return states.exclude(pk__in=asking_fields(mine))

    @transaction.atomic
    def on_action(
        self, task_state: TaskState, user: Any, action_name: str, seen: str | None = None, **kwargs: Any
    ) -> str | None:
        """See Task. `seen` is the version that somebody looked at (`seen_as`).

        Without it (Wagtail's own buttons) only what was handed in, or what the approver wrote, is approved; else the address is
        given back at which one sees what changed. Raises SavedMeanwhile where `seen` is not the newest.
        """
        obj: Any = task_state.workflow_state.content_object
        # Whoever saves this entry meanwhile waits; whoever has approved it meanwhile is noticed.
        row = type(obj)._default_manager.select_for_update().get(pk=obj.pk)
        task_state.refresh_from_db(fields=["status", "revision"])
        if action_name == "approve" and task_state.status == TaskState.STATUS_IN_PROGRESS:
            newest = row.get_latest_revision()
            if seen is not None:
                if seen != seen_as(newest):
                    raise SavedMeanwhile(newest)
            elif newest and newest.user_id != user.pk and self._is_later(newest, task_state):
                return compare_address(obj)
            task_state.revision = newest or task_state.revision
        super().on_action(task_state, user, action_name, **kwargs)
        return None

    @staticmethod
    def _is_later(newest: Revision, task_state: TaskState) -> bool:
        return bool(newest.pk != task_state.revision_id or newest.created_at > task_state.started_at)


def compare_address(obj: Any) -> str | None:
    """Where one sees what differs; None for what has no such page."""
    return reverse("compare", args=[obj.pk]) if isinstance(obj, Resource) else None


class Approval(CarefulTask):
    """The step that everything passes."""

    class Meta:
        verbose_name = gettext_lazy("承認")
        verbose_name_plural = gettext_lazy("承認")

    @classmethod
    def get_description(cls) -> str:
        """See Task."""
        return _("選んだグループの人が承認します。2人で確かめる分野の案内は、出した本人は承認できません")


class SecondApproval(CarefulTask):
    """The step for fields that ask for it: of the office that the field names, else of the groups."""

    class Meta:
        verbose_name = gettext_lazy("2人目の承認")
        verbose_name_plural = gettext_lazy("2人目の承認")

    @classmethod
    def get_description(cls) -> str:
        """See Task."""
        return _(
            "「2人で確かめる」分野の案内だけが通ります。分野に係が決めてあればその係の人が、なければ選んだグループの人が承認します"
        )

    def start(self, workflow_state: WorkflowState, user: Any = None) -> TaskState:
        """See Task: passed over, without a mail, where no field asks for it."""
        obj: Any = workflow_state.content_object
        if fields_with_second_step(obj):
            started: TaskState = super().start(workflow_state, user=user)
            return started
        skipped: TaskState = self.get_task_state_class()(
            workflow_state=workflow_state,
            task=self,
            revision=obj.get_latest_revision(),
            status=TaskState.STATUS_SKIPPED,
            finished_at=timezone.now(),
        )
        skipped.save()
        return skipped

    def offices(self, obj: Any) -> list[Office]:
        """Those that answer for the second step of an entry; none where the groups do."""
        named = [field.second_office_id for field in fields_with_second_step(obj) if field.second_office_id]
        return list(Office.objects.filter(pk__in=named, retired=False, people__isnull=False).distinct())

    def may_decide(self, obj: Any, user: Any) -> bool:
        """See CarefulTask."""
        offices = self.offices(obj)
        if not offices:
            return super().may_decide(obj, user)
        return bool(
            user.is_superuser or Office.objects.filter(pk__in=[one.pk for one in offices], people=user.pk).exists()
        )

    def user_can_access_editor(self, obj: Any, user: Any) -> bool:
        """See Task."""
        return self.may_decide(obj, user)

    def locked_for_user(self, obj: Any, user: Any) -> bool:
        """See Task."""
        return not self.may_decide(obj, user)

    def user_can_lock(self, obj: Any, user: Any) -> bool:
        """See Task."""
        return self.may_decide(obj, user)

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> QuerySet[TaskState]:
        """See CarefulTask; in a few questions for all that waits at this step."""
        waiting = self.task_states.filter(status=TaskState.STATUS_IN_PROGRESS)
        asking = asking_fields(waiting.select_related(*_WITH_ENTRY))
        with_people = Field.objects.filter(second_office__retired=False, second_office__people__isnull=False)
        named = dict(with_people.values_list("pk", "second_office_id"))
        own = set(Office.objects.filter(people=user.pk, retired=False).values_list("pk", flat=True))
        of_groups = super().may_decide(None, user)
        theirs = []
        for key in waiting.values_list("pk", flat=True):
            offices = {named[field] for field in asking.get(key, ()) if field in named}
            if user.is_superuser or (offices & own if offices else of_groups):
                theirs.append(key)
        return self._without_own(waiting.filter(pk__in=theirs), user)


class FieldAnswer(models.Model):
    """What an approver says of one field of a version that they sent back, until it is approved.

    Of a person it holds nothing; who decided stands in Wagtail's task state, as for every approval.
    """

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="field_answers")
    task_state = models.ForeignKey(TaskState, on_delete=models.CASCADE, related_name="+")
    # A name of `admin.flow.comparing`: of a column, or of what hangs on an entry ("channels").
    field = models.CharField(max_length=60)
    text = models.CharField(gettext_lazy("答え"), max_length=LONGEST_ANSWER)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("項目への答え")
        verbose_name_plural = gettext_lazy("項目への答え")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["task_state", "field"], name="one_answer_a_field")]

    def __str__(self) -> str:
        return f"{self.resource_id}: {self.field}"

    @classmethod
    def open_for(cls, resource: Resource) -> QuerySet[FieldAnswer]:
        """Those of the approval that an entry is in, the newest of each field last."""
        state = resource.current_workflow_state
        return cls.objects.filter(task_state__workflow_state=state) if state else cls.objects.none()


class TrashedEntry(models.Model):
    """An entry that somebody deleted in the admin, as it was, until its days are over.

    The entry itself is gone, so nothing that reads the register has to know of this table, and its public id answers as that of
    everything deleted. Restoring makes a draft with the same identity.
    """

    short_id = models.CharField(max_length=SHORT_ID_LENGTH, unique=True)
    kind = models.CharField(gettext_lazy("種類"), max_length=12, choices=Kind)
    name = models.CharField(gettext_lazy("名前"), max_length=120)
    # `serializable_data` of what stood in the register, and of the draft beside it (null where there was none).
    content = models.JSONField(encoder=DjangoJSONEncoder)
    draft = models.JSONField(encoder=DjangoJSONEncoder, null=True, blank=True)
    was_live = models.BooleanField(gettext_lazy("公開していた"), default=False)
    trashed_at = models.DateTimeField(gettext_lazy("ごみ箱に入れた日"), default=timezone.now, db_index=True)
    trashed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=gettext_lazy("入れた人"),
    )

    class Meta:
        verbose_name = gettext_lazy("ごみ箱の案内")
        verbose_name_plural = gettext_lazy("ごみ箱の案内")
        ordering = ["-trashed_at", "pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
