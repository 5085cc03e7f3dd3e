"""The four roles of the city hall and the approval between them.

An editor writes and submits; an approver publishes; somebody of a field (分野担当) edits what is of their offices alone; a manager
(管理者) keeps what a city sets once, and who comes in, without a developer. All see the whole register. Names are looked up, so that
running this again changes nothing that an administrator has added.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowContentType,
    WorkflowPage,
    WorkflowTask,
)

from ..models import (
    Approval,
    Area,
    AreaLayer,
    Call,
    DangerPattern,
    DangerTopic,
    Field,
    FreshnessSettings,
    HardWord,
    ImportRun,
    InstitutionType,
    MissingResource,
    NationalLine,
    Need,
    Offer,
    Office,
    Organisation,
    Phrase,
    PreparedPage,
    Programme,
    Promotion,
    SecondApproval,
    StopWord,
    SynonymGroup,
    Town,
    kind_tables,
)
from ..partners.models import ContactPoint, Partner, SharingPack, Training
from .freshness.access import SPECIALISTS

EDITORS, APPROVERS, MANAGERS, WORKFLOW = "編集者", "承認者", "管理者", "公開の承認"
FIRST_STEP, SECOND_STEP = "承認者が確かめる", "2人目が確かめる"
STOCK_APPROVAL = "Moderators approval"
RESOURCES: tuple[type[Model], ...] = tuple(kind_tables().values())
APPROVED: tuple[type[Model], ...] = (*RESOURCES, ContactPoint)
WRITTEN_BY_EDITORS: tuple[type[Model], ...] = (*APPROVED, Organisation, Training, MissingResource)
# Who comes in, and what they receive, takes effect at once.
SHARING: tuple[type[Model], ...] = (Partner, SharingPack)
OF_APPROVERS: tuple[type[Model], ...] = (*WRITTEN_BY_EDITORS, NationalLine, Office, PreparedPage)
# Words have no drafts: a change is live at once, so those of danger are the approvers'.
# Calls are no words, but judge them: whoever may delete one may also overrule one (`directory.judging.gate`).
WORDS: tuple[type[Model], ...] = (Phrase, SynonymGroup, StopWord, Call)
WORDS_OF_APPROVERS: tuple[type[Model], ...] = (*WORDS, DangerPattern, DangerTopic, Promotion, HardWord)
# What a city sets once. Groups, collections, sites and workflows stay with the superuser: a slip there opens or shuts doors.
SET_BY_MANAGERS: tuple[type[Model], ...] = (
    Office,
    AreaLayer,
    Area,
    Town,
    Field,
    Need,
    InstitutionType,
    Programme,
)


@transaction.atomic
def set_up_roles() -> tuple[Group, Group]:
    """Create or complete the groups, their permissions and the workflow. Returns (editors, approvers)."""
    editors, approvers, specialists, managers = (
        Group.objects.get_or_create(name=name)[0] for name in (EDITORS, APPROVERS, SPECIALISTS, MANAGERS)
    )
    access = Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    for group in (editors, approvers, specialists, managers):
        group.permissions.add(access)
    _allow(editors, WRITTEN_BY_EDITORS, ("add", "change", "view"))
    # Whose an entry is says `freshness.owning`; words, pages and contact points are of no field, so they are not theirs.
    _allow(specialists, (*RESOURCES, Organisation, MissingResource), ("add", "change", "view"))
    for group in (approvers, managers):
        _allow(group, OF_APPROVERS, ("add", "change", "view", "delete", "publish", "lock", "unlock"))
        # Whoever brings in a register publishes; which tables of it is asked of each (`importing.permissions`).
        _allow(group, (ImportRun,), ("add", "view"))
        _allow(group, SHARING, ("add", "change", "view", "delete"))
        _allow(group, WORDS_OF_APPROVERS, ("add", "change", "view", "delete"))
    # All read and answer what others offer; what becomes of it is a draft.
    for group in (editors, approvers, managers):
        _allow(group, (Offer,), ("view", "change"))
    _allow(editors, SHARING, ("view",))
    _allow(editors, WORDS, ("add", "change", "view"))
    _allow(editors, (DangerPattern, DangerTopic, Promotion, HardWord), ("view",))
    _allow(managers, SET_BY_MANAGERS, ("add", "change", "view", "delete"))
    _allow(managers, (FreshnessSettings,), ("change",))
    _allow(managers, (get_user_model(),), ("add", "change", "view", "delete"))
    _allow(managers, (Redirect,), ("add", "change", "view", "delete"))
    root = Page.get_first_root_node()
    publishing = ("add", "change", "publish", "lock", "unlock")
    for group, verbs in ((editors, ("add", "change")), (approvers, publishing), (managers, publishing)):
        for verb in verbs:
            permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=f"{verb}_page")
            GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
        _pictures(group)
    _pictures(specialists)
    _workflow((approvers, managers), root)
    _drop_stock()
    return editors, approvers


def _allow(group: Group, models: tuple[type[Model], ...], verbs: tuple[str, ...]) -> None:
    for model in models:
        content_type = ContentType.objects.get_for_model(model)
        codenames = [f"{verb}_{model._meta.model_name}" for verb in verbs]
        group.permissions.add(*Permission.objects.filter(content_type=content_type, codename__in=codenames))


def _pictures(group: Group) -> None:
    for codename in ("add_image", "change_image", "choose_image", "add_document", "change_document", "choose_document"):
        permission = Permission.objects.get(codename=codename, content_type__app_label__startswith="wagtail")
        GroupCollectionPermission.objects.get_or_create(
            group=group, collection=Collection.get_first_root_node(), permission=permission
        )


def _workflow(deciding: tuple[Group, ...], root: Page) -> None:
    workflow, _created = Workflow.objects.get_or_create(name=WORKFLOW)
    steps: tuple[tuple[type[Approval | SecondApproval], str], ...] = (
        (Approval, FIRST_STEP),
        (SecondApproval, SECOND_STEP),
    )
    for order, (table, name) in enumerate(steps):
        # Whatever it is called by now.
        task: Any = table._default_manager.filter(workflow_tasks__workflow=workflow).first()
        task = task or table._default_manager.get_or_create(name=name)[0]
        task.groups.add(*deciding)
        WorkflowTask.objects.get_or_create(workflow=workflow, task=task.task_ptr, defaults={"sort_order": order})
    WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})
    for model in APPROVED:
        WorkflowContentType.objects.update_or_create(
            content_type=ContentType.objects.get_for_model(model), defaults={"workflow": workflow}
        )


def _drop_stock() -> None:
    """The groups and the approval that Wagtail begins with, in English, where nobody is in them and nothing went through."""
    Group.objects.filter(name__in=("Editors", "Moderators"), user=None).delete()
    Workflow.objects.filter(name=STOCK_APPROVAL, workflow_states=None).delete()
    GroupApprovalTask.objects.filter(name=STOCK_APPROVAL, workflow_tasks=None, task_states=None).delete()
