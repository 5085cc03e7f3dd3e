"""The city hall's side: an editor writes, an approver publishes, and the register can be seen before the public sees it."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from wagtail.snippets.models import get_snippet_models

from directory.models import (
    Area,
    ConsultationDesk,
    Field,
    GatheringPlace,
    InstitutionType,
    MissingResource,
    Organisation,
    Promotion,
    PublicRecord,
    Resource,
    StopWord,
    Town,
)
from portal.models import GuidancePage
from tests.factories import PartnerFactory, PlaceFactory

pytestmark = pytest.mark.django_db
TABLES = [
    "consultationdesk",
    "gatheringplace",
    "volunteeropportunity",
    "employmentpathway",
    "organisation",
    "nationalline",
]


def form_of(client: Client, address: str) -> dict[str, list[str]]:
    """The values of the edit form as a browser would send them back."""
    soup = BeautifulSoup(client.get(address).content, "lxml")
    form = soup.select_one("form[data-edit-form]") or soup.select_one("main form[method=POST]")
    values: dict[str, list[str]] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        if field.name == "input" and field.get("type") in {"checkbox", "radio"} and not field.has_attr("checked"):
            continue
        if field.get("type") in {"submit", "button", "file"} or "__prefix__" in field["name"]:
            continue
        if field.name == "select":
            chosen = [option.get("value", "") for option in field.select("option[selected]")]
            if not chosen and not field.has_attr("multiple"):
                chosen = [field.select_one("option").get("value", "")]
        else:
            # A ticked box without a value sends "on".
            default = "on" if field.get("type") == "checkbox" else ""
            chosen = [field.get("value", default) if field.name == "input" else field.get_text().lstrip("\n")]
        values.setdefault(field["name"], []).extend(chosen)
    return values


@pytest.mark.parametrize("table", TABLES)
def test_should_list_every_table(approver_client: Client, table: str) -> None:
    response = approver_client.get(reverse(f"wagtailsnippets_directory_{table}:list"))
    assert response.status_code == 200


@pytest.mark.parametrize("table", TABLES[:5])
def test_should_open_an_empty_form(editor_client: Client, table: str) -> None:
    response = editor_client.get(reverse(f"wagtailsnippets_directory_{table}:add"))
    assert response.status_code == 200


def test_should_open_every_kind_for_editing(editor_client: Client) -> None:
    for table in TABLES[:4]:
        record = PublicRecord.objects.filter(
            kind={
                "consultationdesk": "desk",
                "gatheringplace": "place",
                "volunteeropportunity": "volunteer",
                "employmentpathway": "work",
            }[table]
        ).first()
        response = editor_client.get(reverse(f"wagtailsnippets_directory_{table}:edit", args=[record.pk]))
        assert response.status_code == 200, table
        assert "公開されません" in response.content.decode()


def test_should_let_an_editor_save_a_draft_that_nobody_sees(editor_client: Client) -> None:
    place = PlaceFactory(name="もとの名前")
    address = reverse("wagtailsnippets_directory_gatheringplace:edit", args=[place.pk])
    values = form_of(editor_client, address)
    values["name"] = ["直した名前"]
    response = editor_client.post(address, values)
    assert response.status_code == 302, BeautifulSoup(response.content, "lxml").select(".error-message")
    assert GatheringPlace.objects.get(pk=place.pk).latest_revision.as_object().name == "直した名前"
    assert PublicRecord.objects.get(resource=place).data["name"] == "もとの名前"
    assert [channel["value"] for channel in PublicRecord.objects.get(resource=place).data["channels"]] == [
        "0000-99-0001"
    ]


def test_should_not_let_an_editor_publish(editor_client: Client) -> None:
    place = PlaceFactory(name="もとの名前")
    address = reverse("wagtailsnippets_directory_gatheringplace:edit", args=[place.pk])
    values = {**form_of(editor_client, address), "name": ["直した名前"], "action-publish": ["1"]}
    editor_client.post(address, values)
    assert PublicRecord.objects.get(resource=place).data["name"] == "もとの名前"


def test_should_publish_what_an_approver_publishes(approver_client: Client) -> None:
    place = PlaceFactory(name="もとの名前")
    address = reverse("wagtailsnippets_directory_gatheringplace:edit", args=[place.pk])
    values = {**form_of(approver_client, address), "name": ["直した名前"], "action-publish": ["1"]}
    assert approver_client.post(address, values).status_code == 302
    assert PublicRecord.objects.get(resource=place).data["name"] == "直した名前"


def test_should_send_an_editors_draft_to_the_approver(editor_client: Client) -> None:
    place = PlaceFactory()
    address = reverse("wagtailsnippets_directory_gatheringplace:edit", args=[place.pk])
    values = {**form_of(editor_client, address), "name": ["承認してほしい名前"], "action-submit": ["1"]}
    assert editor_client.post(address, values).status_code == 302
    state = GatheringPlace.objects.get(pk=place.pk).current_workflow_state
    assert state is not None
    assert state.workflow.name == "公開の承認"


def test_should_show_the_mistake_and_keep_what_was_typed(editor_client: Client) -> None:
    place = PlaceFactory()
    address = reverse("wagtailsnippets_directory_gatheringplace:edit", args=[place.pk])
    values = {**form_of(editor_client, address), "name": ["消えてほしくない名前"], "lat": ["35"], "lon": [""]}
    values["action-submit"] = ["1"]
    response = editor_client.post(address, values)
    assert response.status_code == 200
    text = response.content.decode()
    assert "消えてほしくない名前" in text
    assert "緯度と経度は、両方書くか、両方空にします" in text


def test_should_preview_a_draft_as_the_public_page(editor_client: Client) -> None:
    desk = ConsultationDesk.objects.first()
    desk.name = "下書きの窓口"
    desk.save_revision()
    edit = reverse("wagtailsnippets_directory_consultationdesk:edit", args=[desk.pk])
    preview = reverse("wagtailsnippets_directory_consultationdesk:preview_on_edit", args=[desk.pk])
    assert editor_client.post(preview, form_of(editor_client, edit)).json()["is_valid"]
    response = editor_client.get(preview)
    assert response.status_code == 200
    assert "下書きの窓口" in response.content.decode()


@pytest.mark.parametrize("table", TABLES[:4])
def test_should_let_an_approver_add_preview_and_publish_each_kind(approver_client: Client, table: str) -> None:
    address = reverse(f"wagtailsnippets_directory_{table}:add")
    values = form_of(approver_client, address)
    values |= {
        "name": ["できたばかりの場"],
        "summary": ["ためしに作りました。"],
        "organisation": [str(Organisation.objects.get(name="よろず市 福祉まるごと相談窓口").pk)],
        "type": [str(InstitutionType.objects.get(code="ibasho").pk)],
        "fields": [str(Field.objects.get(code="community").pk)],
        "areas": [str(Area.objects.get(slug="tobu").pk)],
        # What only some kinds ask for; the others ignore it.
        "activity": ["手伝い"],
        "pathway": ["short_time"],
        "pay": ["wage"],
    }
    preview = reverse(f"wagtailsnippets_directory_{table}:preview_on_add")
    assert approver_client.post(preview, values).json()["is_valid"]
    assert "できたばかりの場" in approver_client.get(preview).content.decode()
    assert not PublicRecord.objects.filter(data__name="できたばかりの場").exists()
    assert approver_client.post(address, {**values, "action-publish": ["1"]}).status_code == 302
    assert PublicRecord.objects.filter(data__name="できたばかりの場").exists()


def test_should_lock_and_keep_history(approver_client: Client) -> None:
    place = PlaceFactory()
    history = approver_client.get(reverse("wagtailsnippets_directory_gatheringplace:history", args=[place.pk]))
    assert history.status_code == 200
    approver_client.post(reverse("wagtailsnippets_directory_gatheringplace:lock", args=[place.pk]))
    assert GatheringPlace.objects.get(pk=place.pk).locked


def test_should_keep_the_public_out(client: Client) -> None:
    for address in ("/admin/", reverse("wagtailsnippets_directory_consultationdesk:list")):
        response = client.get(address)
        assert response.status_code == 302
        assert "/login/" in response["Location"]


def test_should_open_a_guidance_page_for_editing(editor_client: Client) -> None:
    page = GuidancePage.objects.first()
    assert editor_client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200


def test_should_ask_for_words_with_a_picture_on_a_page() -> None:
    from django.core.exceptions import ValidationError

    page = GuidancePage.objects.exclude(photo=None).first()
    page.photo_alt = " "
    with pytest.raises(ValidationError) as caught:
        page.full_clean()
    assert "photo_alt" in caught.value.message_dict


@pytest.mark.parametrize("relation", ["organisation", "type", "town"])
def test_should_open_a_draft_whose_choice_has_been_deleted(editor_client: Client, relation: str) -> None:
    place = PlaceFactory()
    gone = {
        "organisation": lambda: Organisation.objects.create(name="なくなる会", type=place.type),
        "type": lambda: InstitutionType.objects.create(code="soon-gone", name="なくなる種類"),
        "town": lambda: Town.objects.create(name="なくなる町", municipality=Area.objects.get(slug="yorozu")),
    }[relation]()
    setattr(place, relation, gone)
    place.save_revision()
    gone.delete()
    address = reverse("wagtailsnippets_directory_gatheringplace:edit", args=[place.pk])
    assert editor_client.get(address).status_code == 200


def test_should_open_every_table_of_the_register_for_an_administrator(admin_client: Client) -> None:
    models = [model for model in get_snippet_models() if model._meta.app_label == "directory"]
    assert len(models) == 24
    # The demo has none of these.
    StopWord.objects.create(word="ええと")
    Promotion.objects.create(words="そうだん", resource=Resource.objects.first())
    MissingResource.objects.create(words="夜に開いている居場所")
    for model in models:
        name = f"wagtailsnippets_directory_{model._meta.model_name}"
        assert admin_client.get(reverse(f"{name}:list")).status_code == 200, model
        assert admin_client.get(reverse(f"{name}:add")).status_code == 200, model
        first = model.objects.order_by("pk").first()
        assert admin_client.get(reverse(f"{name}:edit", args=[first.pk])).status_code == 200, model


@pytest.mark.parametrize("bulk", [False, True])
def test_should_say_what_stands_on_a_record_that_is_to_be_deleted(admin_client: Client, bulk: bool) -> None:
    organisation = PartnerFactory(type_code="hw").organisation
    base = "/admin/snippets/directory/organisation"
    address = (
        f"/admin/bulk/directory/organisation/delete/?id={organisation.pk}&next={base}/"
        if bulk
        else f"{base}/delete/{organisation.pk}/"
    )
    answer = admin_client.post(address, follow=True)
    assert answer.status_code == 200
    told = BeautifulSoup(answer.content, "lxml").select_one(".messages .error")
    assert f"連携機関「{organisation}」" in told.get_text()
    assert Organisation.objects.filter(pk=organisation.pk).exists()
