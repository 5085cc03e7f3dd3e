"""Contact points: what may be written, who approves it, and that the public never sees it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.urls import reverse

from directory.fixtures import FixtureError
from directory.models import Field, InstitutionType, Programme, PublicRecord
from directory.partners.exchange.loading import load_contacts
from directory.partners.models import ContactPoint
from directory.partners.words import words_of
from search import engines
from search.indexing import catch_up
from tests.factories import ContactPointFactory, DeskFactory, OrganisationFactory

pytestmark = pytest.mark.django_db
SECRET = "ひみつのあいことば"
PUBLIC = [
    "/",
    "/search/",
    "/api/search",
    "/api/suggest",
    "/find/",
    "/browse/",
    "/browse/desk/",
    "/sitemap.xml",
    "/healthz",
]


def organisation(code: str) -> object:
    return OrganisationFactory(type=InstitutionType.objects.get(code=code))


def with_secrets(**changes: object) -> ContactPoint:
    """A contact point whose every text holds the secret."""
    return ContactPointFactory(
        **{
            "unit": f"係{SECRET}",
            "duty": SECRET,
            "person": SECRET,
            "direct_line": f"0000 {SECRET}",
            "extension": SECRET,
            "fax": f"0000 {SECRET}",
            "hours": SECRET,
            "night_line": f"0000 {SECRET}",
            "when_to_call": SECRET,
            "what_to_say": SECRET,
            "confirmed_with": SECRET,
            **changes,
        }
    )


@pytest.mark.parametrize("code", ["dv", "seibouryoku", "jiso", "kodomo"])
def test_should_not_name_a_person_where_a_name_is_dangerous(code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ContactPointFactory(organisation=organisation(code), person="山田")
    assert "person" in refused.value.error_dict
    assert ContactPointFactory(organisation=organisation(code)).pk
    assert ContactPointFactory(organisation=organisation("houkatsu"), person="山田").pk


@pytest.mark.parametrize(
    "chosen",
    [{"roles": ["1-ha"]}, {"fields": ["children"]}, {"fields": ["violence"]}, {"fields": ["elderly", "violence"]}],
)
def test_should_not_name_a_person_who_is_asked_about_violence_or_children(
    approver_client: Client, chosen: dict[str, list[str]]
) -> None:
    contact = ContactPointFactory(person="山田")
    address = reverse("wagtailsnippets_partners_contactpoint:edit", args=[contact.pk])
    values = {
        "roles": list(Programme.objects.filter(code__in=chosen.get("roles", [])).values_list("pk", flat=True)),
        "fields": list(Field.objects.filter(code__in=chosen.get("fields", [])).values_list("pk", flat=True)),
    }
    answer = approver_client.post(address, form(contact, person="山田", **values, **{"action-publish": "1"}))
    assert "担当者の名前を書けません" in answer.content.decode()
    assert (
        approver_client.post(address, form(contact, person="", **values, **{"action-publish": "1"})).status_code == 302
    )


def test_should_hide_a_name_once_it_became_dangerous() -> None:
    contact = ContactPointFactory(person="山田")
    assert contact.shown_person == "山田"
    contact.organisation.type = InstitutionType.objects.get(code="dv")
    contact.organisation.save()
    contact.refresh_from_db()
    assert contact.shown_person == ""
    assert "山田" not in contact.search_text


@pytest.mark.parametrize("of", ["type", "field"])
def test_should_hide_the_names_of_a_type_or_a_field_at_once(member_client: Client, of: str) -> None:
    contact = ContactPointFactory(
        organisation=organisation("houkatsu"), person="山田太郎左衛門", roles=["1-i"], fields=["elderly"]
    )
    address = f"/partners/contacts/{contact.uuid}/"
    assert contact.person in member_client.get(address).content.decode()
    chosen = contact.organisation.type if of == "type" else contact.fields.get()
    chosen.hides_names = True
    chosen.save()
    contact = ContactPoint.objects.get(pk=contact.pk)
    assert contact.person not in member_client.get(address).content.decode()
    assert contact.shown_person == ""
    assert not ContactPoint.objects.saying(words_of(contact.person)).filter(pk=contact.pk).exists()
    with pytest.raises(ValidationError) as refused:
        contact.full_clean()
    assert "person" in refused.value.error_dict
    chosen.hides_names = False
    chosen.save()
    assert contact.person in member_client.get(address).content.decode()
    assert ContactPoint.objects.saying(words_of(contact.person)).filter(pk=contact.pk).exists()


def test_should_need_one_way_of_contact() -> None:
    with pytest.raises(ValidationError) as refused:
        ContactPointFactory(direct_line="")
    assert "direct_line" in refused.value.error_dict
    assert ContactPointFactory(direct_line="", mail="a@example.jp").pk


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("person", "山\u202e田"),
        ("unit", "相談\x00係"),
        ("duty", "連絡\u2066調整"),
        ("unit", "係" * 200),
        ("direct_line", "なし"),
        ("mail", "@"),
    ],
)
def test_should_refuse_what_misleads_the_eye_or_cannot_be_called(field: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ContactPointFactory(**{field: value})
    assert field in refused.value.error_dict


def test_should_refuse_days_in_the_wrong_order() -> None:
    with pytest.raises(ValidationError):
        ContactPointFactory(valid_from=date(2026, 4, 2), valid_to=date(2026, 4, 1))


def test_should_know_who_may_be_called_on_a_day() -> None:
    today = date(2026, 11, 21)
    always = ContactPointFactory()
    ContactPointFactory(valid_to=today - timedelta(days=1))
    ContactPointFactory(valid_from=today + timedelta(days=1))
    until_today = ContactPointFactory(valid_from=today, valid_to=today)
    ContactPointFactory(live=False)
    assert set(ContactPoint.objects.filter(origin="").approved().valid_on(today)) == {always, until_today}


def test_should_outlive_its_organisation() -> None:
    contact = ContactPointFactory()
    contact.organisation.delete()
    contact.refresh_from_db()
    assert contact.organisation is None
    assert str(contact).startswith("（なくなった機関）")


def test_should_never_name_a_person_in_its_title() -> None:
    assert "山田" not in str(ContactPointFactory(person="山田"))


def form(contact: ContactPoint, **changes: object) -> dict[str, object]:
    """What the edit form sends."""
    return {
        "organisation": contact.organisation_id,
        "unit": contact.unit,
        "roles": [],
        "areas": [area.pk for area in contact.areas.all()],
        "fields": [],
        "direct_line": contact.direct_line,
        "preferred_way": contact.preferred_way,
        "consent": contact.consent,
        "meetings": [],
        **changes,
    }


def test_should_wait_for_approval(editor_client: Client, approver_client: Client) -> None:
    contact = ContactPointFactory(unit="もとの係")
    address = reverse("wagtailsnippets_partners_contactpoint:edit", args=[contact.pk])
    assert editor_client.get(address).status_code == 200
    editor_client.post(address, form(contact, unit="新しい係"))
    contact.refresh_from_db()
    assert contact.unit == "もとの係"
    assert contact.has_unpublished_changes
    approver_client.post(address, form(contact, unit="新しい係", **{"action-publish": "action-publish"}))
    contact.refresh_from_db()
    assert contact.unit == "新しい係"
    assert contact.revisions.count() == 2


def test_should_be_closed_to_everybody_else(client: Client) -> None:
    contact = ContactPointFactory()
    for name, arguments in (("list", []), ("edit", [contact.pk]), ("history", [contact.pk])):
        response = client.get(reverse(f"wagtailsnippets_partners_contactpoint:{name}", args=arguments))
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/admin/login/")


def test_should_stay_out_of_everything_that_is_public(client: Client, own_index: Path) -> None:
    desk = DeskFactory(name="となりの相談室")
    with_secrets(organisation=desk.organisation)
    catch_up(engines.get_engine())
    record = PublicRecord.objects.get(resource=desk)
    for address in [*PUBLIC, f"/resources/{record.short_id}/"]:
        for words in ("", desk.organisation.name, "相談"):
            response = client.get(address, {"q": words})
            assert SECRET not in response.content.decode(), address
    assert SECRET not in str(record.data)
    for file in own_index.rglob("*"):
        assert not file.is_file() or SECRET.encode() not in file.read_bytes()


def test_should_show_contacts_of_every_role_and_of_both_partners_in_the_demo() -> None:
    demo = ContactPoint.objects.filter(origin="demo")
    roles = set(demo.values_list("roles__code", flat=True))
    assert {"1-i", "1-ro", "1-ha", "1-ni", "2", "3-ro", "4", "5", "6"} <= roles
    assert {"hw", "silver", "takikan"} <= set(
        demo.filter(is_coordinator=True).values_list("organisation__type__code", flat=True)
    )
    assert demo.filter(is_wide_area=True).count() >= 3
    for contact in demo:
        contact.full_clean()


def test_should_name_every_problem_of_a_file_and_write_nothing() -> None:
    before = ContactPoint.objects.count()
    broken = {
        "contacts": [
            {"key": "a", "organisation": "hw-yorozu", "areas": ["yorozu"], "direct_line": "0000-1"},
            {"key": "b", "organisation": "nobody", "areas": ["yorozu"], "direct_line": "0000-1"},
            {"key": "c", "organisation": "hw-yorozu", "areas": ["nowhere"], "direct_line": "0000-1"},
            {"key": "d", "organisation": "jiso-yorozu", "areas": ["yorozu"], "direct_line": "0000-1", "person": "山田"},
        ]
    }
    with pytest.raises(FixtureError) as refused, transaction.atomic():
        load_contacts("x.yaml", broken, origin="demo", municipality="yorozu")
    assert [problem.partition(":")[0] for problem in refused.value.problems] == ["x.yaml, b", "x.yaml, c", "x.yaml, d"]
    assert ContactPoint.objects.count() == before
    with pytest.raises(FixtureError):
        load_contacts("x.yaml", {"contacts": [{"key": "a"}]}, origin="demo", municipality="yorozu")
