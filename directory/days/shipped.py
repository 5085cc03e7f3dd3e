"""The prepared pages that every city begins with (`fixtures/prepared_pages.yaml`)."""

from __future__ import annotations

from typing import Any

from ..fixtures import FixtureError, read_yaml
from ..models import Field, Need, PreparedList, PreparedPage

FILE = "prepared_pages.yaml"


def load_prepared(origin: str) -> int:
    """Load the pages that are missing, by their slug; what a city has rewritten stays. Returns how many came.

    Raises FixtureError for a need or a field that there is not.
    """
    return sum(_load(dict(told), origin) for told in read_yaml(FILE))


def _load(told: dict[str, Any], origin: str) -> bool:
    lists = told.pop("lists")
    if PreparedPage.objects.filter(slug=told["slug"]).exists():
        return False
    page = PreparedPage(origin=origin, **told)
    page.lists.set([_list(dict(one), told["slug"]) for one in lists])
    page.full_clean()
    for one in page.lists.all():
        one.full_clean(exclude=["page"])
    page.save()
    return True


def _list(told: dict[str, Any], slug: str) -> PreparedList:
    for name, model in (("need", Need), ("field", Field)):
        if (code := told.get(name)) is not None:
            told[name] = model._default_manager.filter(code=code).first()
            if told[name] is None:
                raise FixtureError([f"{FILE}: {slug}: no {name} {code}"])
    return PreparedList(**told)
