"""What browsers are told, with every kind of answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import Page
from whitenoise.middleware import WhiteNoiseMiddleware

from guard import policy
from guard.headers import ContentPolicy, Headers
from tests.guard import samples
from tests.guard.doors import content_of

pytestmark = pytest.mark.django_db

PLACES = [
    "/",
    "/search/?q=相談",
    "/nowhere/",
    "/healthz",
    "/api/suggest?q=そう",
    "/share/list.csv",
    "/partners/login/",
    "/partners/",
    "/admin/login/",
    "/admin/",
    "/admin/nowhere/",
    "/documents/1/x.pdf",
    "/media/images/nothing.png",
    "/static/nothing.css",
    "/" + "x" * 3000,
]


def directives(response: Any) -> dict[str, list[str]]:
    """A policy, by directive."""
    parts = (part.split() for part in response["Content-Security-Policy"].split(";"))
    return {name: sources for name, *sources in parts}


@pytest.mark.parametrize("address", PLACES)
def test_should_say_it_everywhere(client: Client, editor_client: Client, address: str) -> None:
    for visitor in (client, editor_client):
        response = visitor.get(address)
        assert response["Permissions-Policy"] == policy.PERMISSIONS
        assert response["Cross-Origin-Resource-Policy"] == policy.RESOURCE_POLICY
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"


def test_should_say_it_with_uploads(client: Client) -> None:
    image = Image.objects.create(title="絵", file=ContentFile(samples.picture("PNG"), name="x.png"))
    document = Document.objects.create(title="書類", file=ContentFile(samples.PDF, name="x.pdf"))
    for address in (image.get_rendition("width-50").url, document.url):
        response = client.get(address)
        assert content_of(response)
        assert response["Permissions-Policy"] == policy.PERMISSIONS
        assert response["Cross-Origin-Resource-Policy"] == policy.RESOURCE_POLICY


def test_should_say_it_with_static_files_and_to_no_other_site(rf: Any, settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = str(tmp_path)
    (tmp_path / "x.css").write_text("a{}")
    files = WhiteNoiseMiddleware(lambda request: pytest.fail("not served"))
    response = Headers(files)(rf.get("/static/x.css"))
    assert content_of(response) == b"a{}"
    # No client closes it here.
    response.file_to_stream.close()
    assert response["Permissions-Policy"] == policy.PERMISSIONS
    assert response["Cross-Origin-Resource-Policy"] == policy.RESOURCE_POLICY
    assert "Access-Control-Allow-Origin" not in response


@pytest.mark.parametrize("address", ["/", "/search/?q=相談", "/partners/login/", "/nowhere/", "/documents/1/x.pdf"])
def test_should_let_only_own_files_run(client: Client, address: str) -> None:
    said = directives(client.get(address))
    assert said["default-src"] == ["'none'"]
    for name in ("script-src", "style-src", "font-src"):
        assert said[name] == ["http://testserver/static/"]
    assert said["form-action"] == ["'self'"]


def test_should_let_only_own_files_and_pages_scripts_run_in_the_admin(editor_client: Client, client: Client) -> None:
    for visitor, address in ((client, "/admin/login/"), (editor_client, "/admin/"), (editor_client, "/admin/nowhere/")):
        said = directives(visitor.get(address))
        assert said["default-src"] == ["'none'"]
        assert said["script-src"] == ["http://testserver/static/", "http://testserver/admin/jsi18n/", "'unsafe-inline'"]
        assert said["script-src-attr"] == ["'none'"]
        assert said["form-action"] == ["'self'"]
        assert said["base-uri"] == ["'none'"]


@pytest.mark.parametrize(
    ("host", "secure", "source"),
    [
        ("city.example:8443", True, "https://city.example:8443/static/"),
        ("127.0.0.1:8000", False, "http://127.0.0.1:8000/static/"),
        # A policy cannot name these.
        ("192.0.2.7", False, "'self'"),
        ("[::1]:8000", False, "'self'"),
        ("nobody.example", False, "'none'"),
    ],
)
def test_should_name_the_host_that_was_asked(settings: Any, host: str, secure: bool, source: str) -> None:
    settings.ALLOWED_HOSTS = ["city.example", "127.0.0.1", "192.0.2.7", "[::1]"]
    response = Client().get("/", secure=secure, headers={"host": host})
    assert response.status_code == (400 if source == "'none'" else 200)
    assert directives(response)["script-src"] == [source]


@pytest.mark.parametrize("address", ["/", "/admin/"])
@pytest.mark.parametrize(("name", "value"), [("_csp_update", {}), ("_csp_replace", {"img-src": ["data:"]})])
def test_should_write_the_policy_as_its_library_does(rf: Any, address: str, name: str, value: dict) -> None:
    """What is written once, beside what a view changed."""

    def answered(**changes: object) -> dict[str, list[str]]:
        response = HttpResponse()
        vars(response).update(changes)
        return directives(ContentPolicy(lambda _request: response)(rf.get(address, headers={"host": "testserver"})))

    usual = answered()
    assert usual == answered()
    assert answered(**{name: value}) == {**usual, **value}
    nonce = rf.get(address, headers={"host": "testserver"})
    response = ContentPolicy(lambda request: HttpResponse(str(request.csp_nonce)))(nonce)
    assert directives(response) == usual
    assert len(response.content) > 20


def test_should_name_the_host_of_the_admin_in_a_preview(editor_client: Client) -> None:
    """The page is made under the name of the site, and shown in the admin, which may have another one."""
    page = Page.objects.live().filter(depth=3).first()
    for address in (f"/admin/pages/{page.pk}/edit/", f"/admin/pages/{page.pk}/view_draft/"):
        response = editor_client.get(address, headers={"host": "localhost"}, follow=True)
        assert response.status_code == 200
        assert "http://localhost/static/" in directives(response)["script-src"]
        assert ("'unsafe-inline'" in directives(response)["script-src"]) == ("edit" in address)


def test_should_say_it_when_the_site_fails(
    settings: Any, monkeypatch: pytest.MonkeyPatch, page: Callable[..., Any]
) -> None:
    # The admin has an address of its own that fails.
    from django.contrib.auth import get_user_model

    root = get_user_model().objects.create_superuser("root-of-test", "r@example.jp", "a-long-password-1")
    client = Client(raise_request_exception=False)
    client.force_login(root, backend="guard.logins.tries.GuardedBackend")
    response = client.get("/admin/failwhale/")
    assert response.status_code == 500
    assert response["Permissions-Policy"] == policy.PERMISSIONS
    assert response["Cross-Origin-Resource-Policy"] == policy.RESOURCE_POLICY
    assert "script-src" in directives(response)
