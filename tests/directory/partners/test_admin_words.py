"""No English beyond the addresses of the matrix: records of Wagtail's own tables, what waits or is locked, empty lists, forms that
are sent empty, questions before many are changed, the log-in. What each role sees at each address asks `test_admin_matrix.py`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Collection, Page

from directory.models import ConsultationDesk
from portal.models import HomePage, PortalSettings
from tests.english import english_on
from tests.portal.test_admin import form_of

pytestmark = pytest.mark.django_db

NAMED_BY = frozenset({"title", "name", "slug", "username", "hostname", "old_path", "url", "email_address"})


def read(client: Client, path: str, data: dict[str, Any] | None = None) -> set[str]:
    """The English at an address, with the address."""
    response = client.get(path, follow=True) if data is None else client.post(path, data, follow=True)
    assert response.status_code in {200, 404}, (path, response.status_code)
    return {f"{path}: {piece}" for piece in english_on(response.content)}


def bulk(model: type, action: str, *keys: Any) -> str:
    """The question before something is done to these records."""
    label, name = model._meta.app_label, model._meta.model_name
    ids = "&".join(f"id={key}" for key in keys)
    return f"{reverse('wagtail_bulk_action', args=[label, name, action])}?{ids}&next=/admin/"


def records() -> Iterator[str]:
    """Addresses with something of every table of Wagtail's behind them."""
    home = HomePage.objects.filter(live=True).first()
    image, page = get_image_model().objects.first(), home.get_children().first()
    document = get_document_model().objects.create(title="案内", file=ContentFile(b"x", "a.txt"))
    folder = Collection.get_first_root_node().add_child(name="写真")
    redirect = Redirect.objects.create(old_path="/mukashi", redirect_page=home)
    alias = page.create_alias(parent=home, update_slug="alias")
    yield reverse("wagtailimages:url_generator", args=[image.pk])
    for name in ("edit", "delete", "document_usage"):
        yield reverse(f"wagtaildocs:{name}", args=[document.pk])
    for name in ("edit", "delete"):
        yield reverse(f"wagtailredirects:{name}", args=[redirect.pk])
        yield reverse(f"wagtailadmin_collections:{name}", args=[folder.pk])
    for name in ("edit", "convert_alias"):
        yield reverse(f"wagtailadmin_pages:{name}", args=[alias.pk])
    yield reverse("wagtailadmin_workflows:add_task", args=["wagtailcore", "groupapprovaltask"])
    yield reverse("wagtailadmin_pages:type_use", args=["portal", "homepage"])
    yield reverse("wagtailsettings:edit", args=["portal", "portalsettings", PortalSettings.objects.first().pk])
    for model in home.allowed_subpage_models():
        label, name = model._meta.app_label, model._meta.model_name
        yield reverse("wagtailadmin_pages:add", args=[label, name, home.pk])
        yield reverse("wagtailadmin_pages:choose_parent", args=[label, name])
        if one := model.objects.first():
            yield reverse("wagtailadmin_pages:edit", args=[one.pk])
    for action in ("publish", "unpublish", "move", "delete"):
        yield bulk(Page, action, page.pk, home.pk)
    for model, record in ((get_image_model(), image), (get_document_model(), document)):
        for action in ("add_tags", "add_to_collection", "delete"):
            yield bulk(model, action, record.pk)
    for action in ("assign_role", "set_active_state", "delete"):
        yield bulk(get_user_model(), action, *get_user_model().objects.values_list("pk", flat=True)[:2])
    yield bulk(ConsultationDesk, "delete", *ConsultationDesk.objects.values_list("pk", flat=True)[:2])
    for name in ("wagtailadmin_explore_root", "wagtailimages:index", "wagtaildocs:index", "wagtailusers_users:index"):
        yield f"{reverse(name)}?q=ぬるぽがっしゃん"
    for name in ("wagtailredirects:index", "wagtailadmin_collections:index", "wagtailusers_groups:index"):
        yield f"{reverse(name)}?q=ぬるぽがっしゃん"
    yield "/admin/nothing/here/"


def empty_forms() -> Iterator[str]:
    """Where something is made."""
    home = HomePage.objects.filter(live=True).first()
    yield reverse("wagtailadmin_pages:add", args=["portal", "standardpage", home.pk])
    for name in (
        "wagtailsnippets_directory_consultationdesk:add",
        "wagtailsnippets_directory_need:add",
        "wagtailimages:add",
        "wagtaildocs:add",
        "wagtailredirects:add",
        "wagtailusers_users:add",
        "wagtailusers_groups:add",
        "wagtailsites:add",
        "wagtailadmin_collections:add",
        "wagtailadmin_workflows:add",
    ):
        yield reverse(name)


# Windows of the editor, and what is no address.
WRONG = {"external-link-chooser-url": "ことば", "email-link-chooser-email_address": "ことば"}
WINDOWS = (
    "wagtailadmin_choose_page_external_link",
    "wagtailadmin_choose_page_anchor_link",
    "wagtailadmin_choose_page_email_link",
    "wagtailadmin_choose_page_phone_link",
    "wagtailembeds:chooser_upload",
    "wagtaildocs_chooser:create",
    "wagtailimages_chooser:create",
)


@pytest.fixture
def waiting() -> list[Any]:
    """An entry and a page, each waiting for approval, and one that was sent back; with everything that the log may say."""
    author = get_user_model().objects.create_user("author", "author@example.jp")
    desk = ConsultationDesk.objects.filter(live=True).first()
    page = HomePage.objects.filter(live=True).first().get_children().specific().first()
    other = ConsultationDesk.objects.filter(live=True).last()
    for record in (desk, page, other):
        record.save_revision(user=author, log_action=True)
        record.get_workflow().start(record, author)
    other.current_workflow_state.current_task_state.reject(user=author, comment="時間を確かめてください")
    return [desk, page, other]


def of_record(record: Any) -> list[str]:
    """The pages of the admin about one entry or page."""
    state = record.workflow_states.first()
    if isinstance(record, Page):
        names, detail = "wagtailadmin_pages:{}", "workflow_history_detail"
    else:
        names, detail = (
            f"wagtailsnippets_{record._meta.app_label}_{record._meta.model_name}:{{}}",
            "workflow_history_detail",
        )
    addresses = [
        reverse(names.format(name), args=[record.pk]) for name in ("edit", "history", "workflow_history", "unpublish")
    ]
    revision = record.latest_revision
    return [
        *addresses,
        reverse(names.format(detail), args=[record.pk, state.pk]),
        reverse(names.format("revisions_revert"), args=[record.pk, revision.pk]),
        reverse(names.format("revisions_compare"), args=[record.pk, "earliest", "latest"]),
    ]


def test_should_speak_japanese_of_every_record(administrator: Client) -> None:
    found = {piece for path in records() for piece in read(administrator, path)}
    assert not found, "\n".join(sorted(found))


def test_should_say_in_japanese_what_a_form_lacks(administrator: Client) -> None:
    found: set[str] = set()
    for path in empty_forms():
        # As a browser shows it, without what names it.
        form = {name: values for name, values in form_of(administrator, path).items() if name not in NAMED_BY}
        found |= read(administrator, path, {"body-count": "0", **form})
    for name in WINDOWS:
        found |= read(administrator, reverse(name), WRONG)
    assert not found, "\n".join(sorted(found))


def test_should_tell_in_japanese_what_waits_and_what_happened(
    waiting: list[Any], editor: Client, approver: Client
) -> None:
    found: set[str] = set()
    for client in (editor, approver):
        for record in waiting:
            # Only who decides sees more than the form.
            for path in of_record(record)[: 1 if client is editor else None]:
                found |= read(client, path)
        for name in ("wagtailadmin_home", "wagtailadmin_reports:workflow", "wagtailadmin_reports:workflow_tasks"):
            found |= read(client, reverse(name))
    desk, *_others = waiting
    desk.current_workflow_state.cancel()
    for record in waiting:
        revision = record.save_revision(approved_go_live_at=timezone.now() + timedelta(days=3), log_action=True)
        revision.publish(log_action=True)
        record.refresh_from_db()
        record.unpublish(log_action=True)
        record.locked, record.locked_at = True, timezone.now()
        record.locked_by = get_user_model().objects.first()
        record.save()
        for name in of_record(record)[:3]:
            found |= read(approver, name)
    for name in ("site_history", "locked_pages", "aging_pages"):
        found |= read(approver, reverse(f"wagtailadmin_reports:{name}"))
    assert not found, "\n".join(sorted(found))


def test_should_speak_japanese_at_the_door(client: Client) -> None:
    found = read(client, reverse("wagtailadmin_login"))
    found |= read(client, reverse("wagtailadmin_login"), {"username": "x", "password": "y"})
    for name in (
        "wagtailadmin_password_reset",
        "wagtailadmin_password_reset_done",
        "wagtailadmin_password_reset_complete",
    ):
        found |= read(client, reverse(name))
    assert not found, "\n".join(sorted(found))
