"""The doors of the admin by which a file comes in, used as the admin's own pages use them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import Collection

from tests.guard import samples

Door = Callable[[Client, SimpleUploadedFile], str]


def content_of(response: Any) -> bytes:
    """What was sent. The client closes the file behind it at its end; to close the response here would end the test's transaction
    on PostgreSQL."""
    return response.getvalue()


def named(name: str, content: bytes, content_type: str = "application/octet-stream") -> SimpleUploadedFile:
    """A file to upload, under exactly this name."""
    file = SimpleUploadedFile("x", content, content_type)
    file._name = name
    return file


def _fields(title: str = "試験", **others: Any) -> dict[str, Any]:
    return {"title": title, "collection": Collection.get_first_root_node().pk, "tags": "", **others}


def _by_form(client: Client, address: str, data: dict[str, Any]) -> str:
    response = client.post(address, data)
    assert response.status_code in {200, 302}, f"{address} answered {response.status_code}"
    if response.status_code == 302:
        return ""
    page = BeautifulSoup(response.content, "lxml")
    found = page.select_one("[data-contentpath=file] .error-message")
    assert found and found.get_text(strip=True), "no word about what is wrong"
    return found.get_text(strip=True)


def _by_multiple(client: Client, address: str, data: dict[str, Any]) -> str:
    response = client.post(address, data, headers={"X-Requested-With": "XMLHttpRequest"})
    assert response.status_code == 200, f"{address} answered {response.status_code}"
    answer = response.json()
    assert answer["success"] or answer["error_message"]
    return "" if answer["success"] else answer["error_message"]


def _by_chooser(client: Client, address: str, prefix: str, file: SimpleUploadedFile) -> str:
    data = {f"{prefix}-{name}": value for name, value in _fields(file=file).items()}
    response = client.post(address, data)
    assert response.status_code == 200, f"{address} answered {response.status_code}"
    answer = json.loads(response.content)
    # It asks whether the same picture once more is meant; it is saved by then.
    if answer["step"] in {"chosen", "duplicate_found"}:
        return ""
    page = BeautifulSoup(answer["htmlFragment"], "lxml")
    found = page.select_one("[data-contentpath=file] .error-message")
    assert found and found.get_text(strip=True), "no word about what is wrong"
    return found.get_text(strip=True)


def _edit_document(client: Client, file: SimpleUploadedFile) -> str:
    old = Document.objects.create(title="前のもの", file=ContentFile(samples.PDF, name="before.pdf"))
    return _by_form(client, f"/admin/documents/edit/{old.pk}/", _fields(file=file))


def _edit_picture(client: Client, file: SimpleUploadedFile) -> str:
    old = Image.objects.create(title="前のもの", file=ContentFile(samples.picture("PNG"), name="before.png"))
    return _by_form(client, f"/admin/images/{old.pk}/", _fields(file=file, description=""))


def _multiple(address: str) -> Door:
    return lambda client, file: _by_multiple(client, address, _fields(**{"files[]": file}))


def _multiple_without_title(address: str) -> Door:
    # An empty title is refused, which does not save the file but keeps it for the next step.
    return lambda client, file: _by_multiple(client, address, _fields(title="", **{"files[]": file}))


DOCUMENTS: dict[str, Door] = {
    "add": lambda client, file: _by_form(client, "/admin/documents/add/", _fields(file=file)),
    "multiple": _multiple("/admin/documents/multiple/add/"),
    "multiple, no title": _multiple_without_title("/admin/documents/multiple/add/"),
    "replace": _edit_document,
    "chooser": lambda client, file: _by_chooser(
        client, "/admin/documents/chooser/create/", "document-chooser-upload", file
    ),
}
PICTURES: dict[str, Door] = {
    "add": lambda client, file: _by_form(client, "/admin/images/add/", _fields(file=file, description="")),
    "multiple": _multiple("/admin/images/multiple/add/"),
    "multiple, no title": _multiple_without_title("/admin/images/multiple/add/"),
    "replace": _edit_picture,
    "chooser": lambda client, file: _by_chooser(client, "/admin/images/chooser/create/", "image-chooser-upload", file),
}
