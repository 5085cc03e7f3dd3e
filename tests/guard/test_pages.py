"""Small doors: a form that came too late, the log-in that was one too many, one's own account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.documents.models import Document
from wagtail.models import Collection, CollectionViewRestriction, Page, PageViewRestriction
from wagtail.users.models import UserProfile

from tests.guard import doors, samples

PUBLIC = "/_util/authenticate_with_password/1/1/"
ADMIN_LOGIN = "/admin/login/?next="


@pytest.mark.parametrize("address", [PUBLIC, "/partners/login/", "/admin/login/", "/admin/password_reset/"])
def test_should_say_that_a_form_came_too_late_without_a_database(address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(address, {"username": "<b>somebody</b>"})
    assert response.status_code == 403
    page = BeautifulSoup(response.content, "lxml")
    assert page.select_one("header.site-header")
    assert page.h1.get_text(strip=True) == "送れませんでした"
    assert "Cookie" in page.main.get_text()
    assert "もう一度送って" in page.main.get_text()
    assert "somebody" not in page.get_text()
    assert "script-src" in response["Content-Security-Policy"]
    if not address.startswith("/_util/"):
        assert response["Cache-Control"] == "no-store, private"


@pytest.mark.django_db
def test_should_say_so_inside_the_admin_and_the_partner_pages(editor_client: Client) -> None:
    editor_client.handler.enforce_csrf_checks = True
    for address in ("/admin/account/", "/partners/contacts/", PUBLIC):
        response = editor_client.post(address)
        assert response.status_code == 403
        assert "送れませんでした" in response.content.decode()


@pytest.mark.django_db
def test_should_have_no_third_log_in(client: Client) -> None:
    user = get_user_model().objects.create_user("somebody", "s@example.jp", "a-long-password-1")
    for method in ("get", "post"):
        response = getattr(client, method)(
            "/_util/login/", {"username": user.username, "password": "a-long-password-1"}
        )
        assert response.status_code == 404
        assert "ページが見つかりません" in response.content.decode()
    assert "sessionid" not in client.cookies


@pytest.mark.django_db
def test_should_lead_from_private_pages_to_the_log_in_of_the_admin(client: Client) -> None:
    page = Page.objects.live().filter(depth=3).first()
    for kind in (PageViewRestriction.LOGIN, PageViewRestriction.GROUPS):
        restriction = PageViewRestriction.objects.create(page=page, restriction_type=kind)
        response = client.get(page.url)
        assert response.status_code == 302
        assert response["Location"].startswith(ADMIN_LOGIN)
        assert client.get(response["Location"]).status_code == 200
        restriction.delete()


@pytest.mark.django_db
def test_should_lead_from_private_documents_to_the_log_in_of_the_admin(client: Client) -> None:
    collection = Collection.get_first_root_node().add_child(name="内部")
    document = Document.objects.create(
        title="内部", collection=collection, file=ContentFile(samples.PDF, name="inside.pdf")
    )
    for kind in (CollectionViewRestriction.LOGIN, CollectionViewRestriction.GROUPS):
        restriction = CollectionViewRestriction.objects.create(collection=collection, restriction_type=kind)
        response = client.get(document.url)
        assert response.status_code == 302
        assert response["Location"].startswith(ADMIN_LOGIN)
        restriction.delete()


@pytest.fixture
def portraits(settings: Any) -> Iterator[Path]:
    """Where Wagtail would keep portraits."""
    yield Path(settings.MEDIA_ROOT) / "avatar_images"


@pytest.mark.django_db
def test_should_take_no_portrait(editor_client: Client, portraits: Path) -> None:
    page = BeautifulSoup(editor_client.get("/admin/account/").content, "lxml")
    assert page.select_one("input[name=name_email-first_name]")
    assert not page.select("input[type=file]")
    fields = {
        field["name"]: field.get("value", "")
        for field in page.select("form input[name]")
        if field.get("type") != "checkbox"
    }
    fields |= {select["name"]: select.select_one("option[selected]")["value"] for select in page.select("form select")}
    fields |= {"name_email-first_name": "はなこ", "name_email-last_name": "編集", "name_email-email": "h@example.jp"}
    fields |= {"avatar-avatar": doors.named("me.png", samples.picture("PNG"))}
    response = editor_client.post("/admin/account/", fields)
    assert response.status_code == 302, [found.get_text() for found in page.select(".error-message")]
    user = get_user_model().objects.get(username="test-editor")
    assert user.first_name == "はなこ", "everything else of the form is kept"
    assert not UserProfile.get_for_user(user).avatar
    assert not portraits.exists()
