"""The two roles of the city hall and the approval between them.

An editor writes and submits; an approver publishes. Both see the whole register. Names are looked up, so that running this
again changes nothing that an administrator has added.
"""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model
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
    Call,
    DangerPattern,
    DangerTopic,
    HardWord,
    ImportRun,
    MissingResource,
    NationalLine,
    Offer,
    Office,
    Organisation,
    Phrase,
    PreparedPage,
    Promotion,
    StopWord,
    SynonymGroup,
    kind_tables,
)
from ..partners.models import ContactPoint, Partner, SharingPack, Training

EDITORS, APPROVERS, WORKFLOW = "編集者", "承認者", "公開の承認"
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


@transaction.atomic
def set_up_roles() -> tuple[Group, Group]:
    """Create or complete the groups, their permissions and the workflow. Returns (editors, approvers)."""
    editors, _created = Group.objects.get_or_create(name=EDITORS)
    approvers, _created = Group.objects.get_or_create(name=APPROVERS)
    access = Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    for group in (editors, approvers):
        group.permissions.add(access)
    _allow(editors, WRITTEN_BY_EDITORS, ("add", "change", "view"))
    _allow(approvers, OF_APPROVERS, ("add", "change", "view", "delete", "publish", "lock", "unlock"))
    # Whoever brings in a register publishes; which tables of it is asked of each (`importing.permissions`).
    _allow(approvers, (ImportRun,), ("add", "view"))
    # Both read and answer what others offer; what becomes of it is a draft.
    for group in (editors, approvers):
        _allow(group, (Offer,), ("view", "change"))
    _allow(editors, SHARING, ("view",))
    _allow(approvers, SHARING, ("add", "change", "view", "delete"))
    _allow(editors, WORDS, ("add", "change", "view"))
    _allow(editors, (DangerPattern, DangerTopic, Promotion, HardWord), ("view",))
    _allow(approvers, WORDS_OF_APPROVERS, ("add", "change", "view", "delete"))
    root = Page.get_first_root_node()
    for group, verbs in ((editors, ("add", "change")), (approvers, ("add", "change", "publish", "lock", "unlock"))):
        for verb in verbs:
            permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=f"{verb}_page")
            GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
        for codename in (
            "add_image",
            "change_image",
            "choose_image",
            "add_document",
            "change_document",
            "choose_document",
        ):
            permission = Permission.objects.get(codename=codename, content_type__app_label__startswith="wagtail")
            GroupCollectionPermission.objects.get_or_create(
                group=group, collection=Collection.get_first_root_node(), permission=permission
            )
    _workflow(approvers, root)
    _drop_stock()
    return editors, approvers


def _allow(group: Group, models: tuple[type[Model], ...], verbs: tuple[str, ...]) -> None:
    for model in models:
        content_type = ContentType.objects.get_for_model(model)
        codenames = [f"{verb}_{model._meta.model_name}" for verb in verbs]
        group.permissions.add(*Permission.objects.filter(content_type=content_type, codename__in=codenames))


def _workflow(approvers: Group, root: Page) -> None:
    task, _created = GroupApprovalTask.objects.get_or_create(name="承認者が確かめる")
    task.groups.add(approvers)
    workflow, _created = Workflow.objects.get_or_create(name=WORKFLOW)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task, defaults={"sort_order": 0})
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
