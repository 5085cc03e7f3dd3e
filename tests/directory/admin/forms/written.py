"""What somebody sends with the form of an entry: all its fields as the page holds them, then changed."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from django.test import Client


def page_of(client: Client, address: str) -> BeautifulSoup:
    """A page of the admin, parsed."""
    response = client.get(address)
    assert response.status_code == 200, f"{address} answered {response.status_code}"
    return BeautifulSoup(response.content, "lxml")


def fields_of(page: BeautifulSoup) -> dict[str, Any]:
    """What a browser would send of the entry's form, without any button; templates of rows are not part of it."""
    form = page.select_one("form[data-edit-form]")
    for template in form.select("template"):
        template.decompose()
    found: dict[str, Any] = {}
    for field in form.select("input[name], textarea[name]"):
        kind = field.get("type", "text")
        if kind in {"submit", "button", "file"} or (kind in {"checkbox", "radio"} and not field.has_attr("checked")):
            continue
        value = field.get("value", "") if field.name == "input" else field.get_text().removeprefix("\n")
        if kind == "checkbox":
            found.setdefault(field["name"], []).append(field.get("value", "on"))
        else:
            found[field["name"]] = value
    for select in form.select("select[name]"):
        chosen = [option["value"] for option in select.select("option[selected]")]
        if select.has_attr("multiple"):
            found[select["name"]] = chosen
        else:
            first = select.select_one("option")
            found[select["name"]] = chosen[0] if chosen else (first["value"] if first else "")
    return found
