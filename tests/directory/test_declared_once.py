"""What is declared once is known wherever it matters: a kind, a public field, a column or a facet that was forgotten is named.

Uses are discovered (from the source, the forms, the outputs), so that nobody has to remember where they are.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.db import models
from django.test import Client
from django.utils import timezone
from wagtail.snippets.models import get_snippet_models

from directory import choices
from directory.admin.forms.steps import own_columns
from directory.areas.index import area_index
from directory.choices import SOUGHT, Kind
from directory.exchange.register_file import ResourceEntry
from directory.exchange.shared import cells, item
from directory.finding.documents import document, row
from directory.finding.facets import FACETS, FILTERS
from directory.finding.hints import SPEAKER, TABLE, WHEN
from directory.fixtures import read_csv
from directory.models import PublicRecord, Resource, kind_tables
from directory.public.facts import OWN, facts_of, said
from directory.public.projection import read
from directory.public.record import OWN_FACTS, PublicResource
from directory.wagtail_hooks import ResourceGroup
from search.documents import known_facets, sources

ROOT = Path(__file__).resolve().parents[2]
CLOSED = {
    name: frozenset(value.__members__)
    for name, value in vars(choices).items()
    if isinstance(value, type) and issubclass(value, models.Choices) and value.__module__ == choices.__name__
}
Page = Callable[..., BeautifulSoup]


# kinds


def _member(node: ast.AST) -> tuple[str, str] | None:
    """`Kind.DESK` as ("Kind", "DESK")."""
    is_one = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in CLOSED
    return (node.value.id, node.attr) if is_one and node.attr in CLOSED[node.value.id] else None


def _told_apart(tree: ast.AST) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Every `match` without a last resort, and every table by kind: its line, and the members that it knows."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Match):
            patterns = [pattern for case in node.cases for pattern in ast.walk(case.pattern)]
            if not any(isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None for case in node.cases):
                values = [pattern.value for pattern in patterns if isinstance(pattern, ast.MatchValue)]
                yield node.lineno, list(filter(None, map(_member, values)))
        elif isinstance(node, ast.Dict):
            known = list(filter(None, (_member(key) for key in node.keys if key is not None)))
            if len(known) > 1 and known[0][0] == "Kind":
                yield node.lineno, known


def test_should_know_every_kind_wherever_kinds_are_told_apart() -> None:
    seen, missing = 0, []
    for file in (file for package in ("directory", "portal") for file in (ROOT / package).rglob("*.py")):
        for line, known in _told_apart(ast.parse(file.read_text())):
            if known:
                seen += 1
                name = known[0][0]
                lacks = CLOSED[name] - {member for _name, member in known}
                missing += [f"{file.relative_to(ROOT)}:{line} lacks {name}.{member}" for member in sorted(lacks)]
    assert seen >= 3, "nothing was found at all"
    assert not missing


@pytest.mark.django_db
@pytest.mark.parametrize("kind", Kind)
def test_should_have_a_table_a_desk_for_editors_and_a_page_for_each_kind(page: Page, kind: Kind) -> None:
    tables = [model for model in Resource.__subclasses__() if getattr(model, "KIND", None) == kind]
    assert len(tables) == 1, f"No table of {kind!r}: directory/models/kinds.py"
    assert kind_tables()[kind] is tables[0]
    assert tables[0] in [viewset.model for viewset in ResourceGroup.items], f"No editors' desk: {kind!r}"
    record = PublicRecord.objects.filter(kind=kind).order_by("pk").first()
    public = read(record)
    facts = [name for name, field in PublicResource.model_fields.items() if field.default is None]
    assert sum(getattr(public, name) is not None for name in facts) == 1, f"No facts of its own: {kind!r}"
    assert page(f"/browse/{kind}/").h1.get_text(strip=True)
    label = page(public.path).select_one(".record-head .label")
    assert label.get_text(strip=True), f"No word beside the drawing: {kind!r}"
    assert label.select("svg > *"), f"No drawing: {kind!r} in templates/jinja/components/icons.html"


@pytest.mark.parametrize("kind", Kind)
def test_should_say_of_a_kind_the_same_in_its_table_in_its_public_facts_and_in_files(kind: Kind) -> None:
    assert kind in kind_tables(), f"directory/models/kinds.py: no table of {kind!r}"
    assert kind in OWN_FACTS, f"directory/public/record.py: OWN_FACTS lacks {kind!r}"
    name, facts = OWN_FACTS[kind]
    columns = {column.name for column in own_columns(kind_tables()[kind])}
    assert kind in OWN, f"directory/public/facts.py: OWN lacks {kind!r}"
    assert columns == set(facts.model_fields), f"directory/public/record.py: {facts.__name__}"
    entry = ResourceEntry.model_fields.get(name)
    assert entry, f"directory/exchange/register_file.py: ResourceEntry has no {name}"
    assert columns == set(get_args(entry.annotation)[0].model_fields), f"directory/exchange/register_file.py: {name}"


def test_should_be_able_to_lead_to_every_kind() -> None:
    # One asks at a desk; what one goes to instead is looked for where a type of institution plays that part.
    assert set(Kind.values) - {Kind.DESK} <= set(SOUGHT), "directory/choices.py: TypeRole and SOUGHT"


# columns

# What Wagtail's own buttons change.
MANAGED = {"live", "locked", "go_live_at", "expire_at", "first_published_at", "last_published_at"}


@pytest.mark.django_db
def test_should_let_an_administrator_see_and_edit_every_column(admin_client: Client) -> None:
    missing = []
    tables = [model for model in get_snippet_models() if model._meta.app_label == "directory"]
    assert len(tables) >= 20
    for table in tables:
        handler = table.snippet_viewset.edit_view_class(model=table, **table.snippet_viewset.get_edit_view_kwargs())
        shown = set(handler.get_form_class().base_fields)
        own = (*table._meta.concrete_fields, *table._meta.many_to_many)
        missing += [
            f"{table.__name__}.{field.name}"
            for field in own
            if field.editable and not field.auto_created and field.name not in shown | MANAGED
        ]
    assert not missing, f"No panel (directory/admin/): {' '.join(missing)}"


# public fields

SEEN: set[str] = set()
FIELDS = frozenset(PublicResource.model_fields)


class Watched(PublicResource):
    """A public record that notes what is read of it."""

    def __getattribute__(self, name: str) -> object:
        if name in FIELDS:
            SEEN.add(name)
        return super().__getattribute__(name)


def _address(path: str) -> str:
    return path


OUTPUTS: dict[str, Callable[[Watched], object]] = {
    "the index": lambda resource: (document(resource, area_index()), row(resource)),
    "the table": lambda resource: cells(resource, _address, timezone.localdate()),
    "the file for other software": lambda resource: item(resource, _address, timezone.localdate()),
}
# The record's own keys, where its public one (`short_id`) stands; what is told at the first visit; and where it is from.
KEYS = {"id", "uuid"}
FIRST_VISIT = {"booking", "can_come_alone", "can_observe", "companion_welcome"}
PROVENANCE = {"source", "verified_by"}
# Long texts, and what only the page has room for.
AT_LENGTH = {"accessibility", "audiences", "body", "easy", "eligibility_note", "first_visit_note", "needs"}
AT_LENGTH |= {"next_steps", "photo", "texts"}
# What is told when it has ended (`/share/ended.csv`).
ENDS = {"ends_on", "succeeded_by"}
OF_A_KIND = {"desk", "gathering", "volunteer"}
# What an output leaves out on purpose.
LEFT_OUT: dict[str, set[str]] = {
    # Nobody types yes or no; the other records have words of their own; a programme is the act's.
    "the index": {*KEYS, *FIRST_VISIT, *PROVENANCE, "desk", "next_steps", "photo", "succeeded_by"},
    # A line for whoever telephones. (`work` is read for what it costs to come.)
    "the table": {
        *KEYS,
        *FIRST_VISIT,
        *PROVENANCE,
        *AT_LENGTH,
        *OF_A_KIND,
        *ENDS,
        "due_on",
        "eligibility",
        "languages",
        "summary",
        "type",
    },
    "the file for other software": {*KEYS, *PROVENANCE, *AT_LENGTH, "due_on", "succeeded_by"},
    "the page": {*KEYS, "succeeded_by"},
}


def watched() -> list[Watched]:
    """One record of each kind."""
    records = [PublicRecord.objects.filter(kind=kind).order_by("pk").first() for kind in Kind]
    return [Watched.model_validate(read(record).model_dump()) for record in records]


@pytest.mark.django_db
@pytest.mark.parametrize("output", LEFT_OUT)
def test_should_have_decided_for_every_public_field_where_it_goes(
    client: Client, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    resources = watched()
    SEEN.clear()
    for resource in resources:
        if output == "the page":
            monkeypatch.setattr("portal.views.resources.public_resource", lambda short_id, shown=resource: shown)
            assert client.get(resource.path).status_code == 200
        else:
            OUTPUTS[output](resource)
    undecided = " ".join(sorted(FIELDS - SEEN - LEFT_OUT[output]))
    assert not undecided, f"{output} shows none of these, and LEFT_OUT does not say that it should not: {undecided}"
    assert not SEEN & LEFT_OUT[output]


class Noting:
    """What only one kind has; notes what is read of it."""

    def __init__(self, facts: object) -> None:
        self.facts, self.seen = facts, set()

    def __getattr__(self, name: str) -> object:
        self.seen.add(name)
        return getattr(self.facts, name)


@pytest.mark.django_db
def test_should_have_words_for_everything_that_only_one_kind_has() -> None:
    for resource in watched():
        name, facts = OWN_FACTS[resource.kind]
        noting = Noting(getattr(resource, name))
        said(resource.model_copy(update={name: noting}), facts_of(resource.kind))
        # Of which areas a desk is the one for everything shows where it leads.
        silent = set(facts.model_fields) - noting.seen - {"default_for"}
        assert not silent, f"directory/public/facts.py: no Fact of {name}: {silent}"


# What no file of the register gives: keys, what is made of other columns, and what only a city's own entries have.
NOT_IN_FILES = {*KEYS, "due_on", "succeeded_by", "hours_note", "photo", "short_id", "source", "texts"}
# What an entry calls otherwise.
IN_FILES_AS = {
    "schedule": "hours", "eligibility": "who", "audiences": "who", "eligibility_note": "who", "cost_note": "cost",
    "can_observe": "first_visit", "can_come_alone": "first_visit", "companion_welcome": "first_visit",
    "booking": "first_visit", "first_visit_note": "first_visit", "next_steps": "next", "verified_on": "verified",
    "verified_by": "verified",
}  # fmt: skip


def test_should_take_every_public_field_from_a_file() -> None:
    lacking = {IN_FILES_AS.get(name, name) for name in FIELDS - NOT_IN_FILES} - set(ResourceEntry.model_fields)
    assert not lacking, f"directory/exchange/register_file.py: ResourceEntry, or NOT_IN_FILES: {lacking}"


def test_should_describe_every_key_of_a_file() -> None:
    described = (ROOT / "fixtures" / "README.md").read_text().partition("## A resource file")[2]
    lacking = [key for key in ResourceEntry.model_fields if f"{key}:" not in described]
    assert not lacking, f"fixtures/README.md: {lacking}"


# facets


def test_should_have_told_the_search_of_every_facet() -> None:
    assert known_facets() == tuple(facet.name for facet in FACETS)
    names = set(known_facets())
    assert {item.facet for item in FILTERS} <= names
    slots = {line["slot"] for line in read_csv(TABLE)} - {SPEAKER, WHEN}
    assert slots == {facet.name for facet in FACETS if facet.is_slot}


@pytest.mark.django_db
def test_should_hold_something_in_every_facet() -> None:
    found = {facet.name: 0 for facet in FACETS}
    for source in sources():
        for made in source.documents():
            for name, values in made.facets.items():
                found[name] += bool(values)
    assert all(found.values()), found


# what is kept, and for how long

# Every table that grows by itself, and what takes its rows away; those that nothing takes away say why.
KEPT = {
    "IndexChange": "search/indexing.py: KEEP_CHANGES",
    "TrailLine": "directory/partners/audit.py: TRAIL_DAYS",
    "Proposal": "directory/partners/retention.py: CONTACT_HISTORY_DAYS",
    "Invitation": "directory/partners/retention.py: INVITATIONS",
    "ContactChange": "directory/partners/retention.py: CHANGES",
    "ImportRun": "directory/exchange/importing/runs.py: RUNS",
    "Delivery": "stays: that a pack was handed over is what the notices ask to be able to show",
    "Verification": "directory/freshness/retention.py: PROOF",
    "ChangeProposal": "directory/freshness/retention.py: ANSWERED",
    "DaysNotice": "directory/days/retention.py: OVER",
    "Banner": "directory/days/retention.py: OVER",
    "FieldAnswer": "directory/freshness/retention.py: FIELD_ANSWERS",
    "TrashedEntry": "directory/freshness/retention.py: TRASH",
    "Offer": "directory/offers/retention.py: UNANSWERED",
    "CoverageSnapshot": "directory/reporting/snapshots.py: KEEP_MONTHS",
    "VocabularyVersion": "stays: why a word was changed",
    # What somebody keeps up; it goes when they delete it.
    **dict.fromkeys(("Resource", "ContactPoint", "Partner"), "stays"),
}


def test_should_have_decided_for_every_table_that_grows_how_long_it_is_kept() -> None:
    growing = {
        table.__name__
        for table in apps.get_models()
        if table._meta.app_label in {"directory", "partners", "portal", "search", "guard"}
        and any(
            isinstance(column, models.DateTimeField) and (column.auto_now_add or column.default is timezone.now)
            for column in table._meta.local_fields
        )
    }
    assert growing == set(KEPT), f"KEPT, and what takes the rows away: {growing ^ set(KEPT)}"
    for table, place in KEPT.items():
        file, _colon, name = place.partition(": ")
        assert file == "stays" or name in (ROOT / file).read_text(), f"{table}: {place}"
