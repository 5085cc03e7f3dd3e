"""The kinds of visitor of the matrix, and something real behind every address."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.test import Client
from django.utils import timezone
from wagtail.models import Collection, Page, Site, Task, Workflow

from directory.choices import Confirmer, Kind
from directory.models import (
    Banner,
    ChangeProposal,
    DaysNotice,
    GatheringPlace,
    MeasureState,
    Office,
    PhoneCheck,
    PreparedPage,
    PublicRecord,
    Resource,
)
from directory.partners.models import Duty, Invitation, Member, Partner, Proposal, SharingPack, Training
from directory.partners.packs import current_contacts
from tests.addresses import Address
from tests.directory.offers.conftest import make as make_offer
from tests.directory.partners.conftest import city_client, enter
from tests.factories import ContactPointFactory, MemberFactory

OUTSIDE = ("anonymous", "resident")
PEOPLE = ("member", "lead", "other")
CITY = ("editor", "approver", "manager", "administrator")
# Of the city too, but kept to the entries of a field: nothing of partners.
OF_A_FIELD = ("specialist",)
SHUT = ("expired", "locked")
VISITORS = (*OUTSIDE, *PEOPLE, *CITY, *SHUT)
NOBODY = "00000000-0000-4000-8000-000000000000"


def bad_days(entry: int) -> dict[str, int]:
    """A notice and a band that are shown, and a prepared page, by the part of their address."""
    now = timezone.now()
    told = {"since": now, "until": now + timedelta(days=1), "state": MeasureState.OPEN}
    notice = DaysNotice.objects.create(reason="大雨", scope="東部", **told)
    notice.entries.add(entry)
    return {
        "<int:pk>": notice.pk,
        "band": Banner.objects.create(words="雪です", **told).pk,
        "open": PreparedPage.objects.earliest("pk").pk,
    }


class World:
    """Everything that addresses point at, and the visitors' cookies."""

    def __init__(self, hellowork: Partner, silver: Partner) -> None:
        pack = SharingPack.objects.get(code="hellowork")
        own = ContactPointFactory(organisation=hellowork.organisation, is_coordinator=True)
        member, lead = MemberFactory(partner=hellowork), MemberFactory(partner=hellowork, rank="lead")
        self.own = own
        Training.objects.get_or_create(title="顔合わせ", starts_at=timezone.now())
        self.page = Page.objects.filter(depth=3).order_by("path").first().pk
        self.resource = PublicRecord.objects.order_by("pk").first().short_id
        self.pk = {
            "partners:member_change": MemberFactory(partner=hellowork).pk,
            "partners:invitation_revoke": Invitation.objects.create(
                partner=hellowork,
                mail="open@example.jp",
                secret_hash="x",
                invited_by="x",
                expires_at=timezone.now() + timedelta(days=1),
            ).pk,
            "partners:office_partner": hellowork.pk,
            "partners:office_duty": Duty.objects.filter(pack=pack, fulfilled_by="record").first().pk,
            "partners:office_proposal": Proposal.objects.create(
                contact=own, partner=hellowork, proposed_by="x", changes={"hours": "いつでも"}
            ).pk,
        }
        # One that stands in the pack of the ハローワーク and not in that of the シルバー人材センター.
        only = pack.contact_lists.first()
        for one in SharingPack.objects.get(code="silver").contact_lists.all():
            one.roles = [role for role in one.roles if role not in only.roles]
            one.save()
        self.contact = current_contacts().with_roles(only.roles).filter(is_wide_area=False).first()
        self.contact.save_revision()
        self.contact.refresh_from_db()
        record = PublicRecord.objects.get(short_id=self.resource)
        self.call = PhoneCheck.objects.create(resource_id=record.pk, opened_on=timezone.localdate())
        ChangeProposal.objects.create(
            resource_id=record.pk, field="cost", label="費用の説明", proposed="200円", role=Confirmer.FAX
        )
        self.of_freshness = {
            "calls": self.call.pk,
            "proposals": record.pk,
            "sheets": Resource.objects.get(pk=record.pk).organisation_id,
            "handover": Office.default().pk,
        }
        self.offer = make_offer()
        self.of_days = bad_days(record.pk)
        self.host = PublicRecord.objects.exclude(kind=Kind.DESK).first().short_id
        resident = SessionStore()
        resident["something"] = "of a visitor"
        resident.create()
        clients = {
            "anonymous": Client(),
            "member": enter(member),
            "lead": enter(lead),
            "other": enter(MemberFactory(partner=silver, rank="lead")),
            "editor": city_client("m-editor", "編集者"),
            "approver": city_client("m-approver", "承認者"),
            "manager": city_client("m-manager", "管理者"),
            "administrator": city_client("m-admin", None),
            "specialist": city_client("m-specialist", "分野担当"),
            "expired": enter(MemberFactory(partner=hellowork)),
            "locked": enter(MemberFactory(partner=hellowork)),
        }
        self.cookies = {name: client.cookies for name, client in clients.items()}
        self.cookies["resident"] = {"sessionid": resident.session_key}
        yesterday = timezone.localdate() - timedelta(days=1)
        self._change(clients["expired"], confirmed_until=yesterday)
        self._change(clients["locked"], is_active=False)

    @staticmethod
    def _change(client: Client, **values: Any) -> None:
        Member.objects.filter(user_id=client.session["_auth_user_id"]).update(**values)

    def path(self, address: Address) -> str:
        """The address with something real in it."""
        if address.route.startswith("admin/"):
            return address.path(lambda name, _converter: self._of_admin(address.route, name))

        def sample(name: str, converter: str) -> Any:
            if address.route.startswith("partners/"):
                ours = {
                    "code": "hellowork",
                    "part": "contacts",
                    "uuid": self.contact.uuid if address.name == "partners:contact" else self.own.uuid,
                    "pk": self.pk.get(address.name, 1),
                    "short_id": self.host,
                    "secret": "unknown-secret",
                    "uidb64": "MQ",
                    "token": "no-token",
                }
                return ours[name]
            public = {"short_id": self.resource, "kind": "desk", "section": "resources", "token": "no-token"}
            if name in public:
                return public[name]
            return "" if converter == "re" and not address.route.startswith(("documents/", "^media")) else "1"

        return address.path(sample)

    def _of_admin(self, route: str, name: str) -> Any:
        """A parameter of an address below /admin/: a record of the snippet that it names, else one of what it is about."""
        if route == "admin/write/<slug:model>/":
            return "newspage"
        if snippet := re.match(r"admin/snippets/(directory|partners)/(\w+)/", route):
            model = apps.get_model(*snippet.groups())
            if name in {"pk", "object_id"}:
                if model._meta.model_name == "contactpoint":
                    return self.contact.pk
                return model.objects.order_by("pk").values_list("pk", flat=True).first() or 1
            if name.startswith("revision_id"):
                return self.contact.latest_revision_id or 1
        if route.startswith("admin/days/"):
            return self.of_days[route.split("/")[2]]
        if route.startswith("admin/checker/"):
            places = GatheringPlace.objects.order_by("pk").values_list("pk", flat=True)
            return {"app": "directory", "model": "gatheringplace", "pk": places.first()}[name]
        if route.startswith("admin/offers/"):
            return self.offer.pk
        if route.startswith("admin/approvals/"):
            return Resource.objects.get(short_id=self.resource).pk
        if route.startswith("admin/freshness/"):
            return self.of_freshness[route.split("/")[2]]
        if route.startswith("admin/second-factor/"):
            return get_user_model().objects.order_by("-pk").values_list("pk", flat=True).first()
        about = {
            "users": get_user_model(),
            "groups": Group,
            "sites": Site,
            "collections": Collection,
            "tasks": Task,
            "workflows": Workflow,
        }
        if name in {"pk", "collection_id"} or name.endswith("user_id"):
            model = next((model for part, model in about.items() if f"/{part}/" in route), None)
            if model and (record := model.objects.order_by("-pk").first()):
                return record.pk
        if "page" in name and name.endswith("id"):
            return self.page
        return {
            "app_label": "partners",
            "content_type_app_name": "portal",
            "content_type_model_name": "contentpage",
            "model_name": "contactpoint",
            "kind": "phrases",
            "task_id": Task.objects.first().pk,
            "uidb64": "MQ",
            "uuid": NOBODY,
        }.get(name, 1)

    def ask(self, visitor: str, method: str, path: str) -> Any:
        """The answer; whatever the request did is undone."""
        client = Client(raise_request_exception=True)
        for name, value in self.cookies[visitor].items():
            client.cookies[name] = getattr(value, "value", value)
        with transaction.atomic():
            response = client.generic(method, path)
            if response.streaming:
                response.getvalue()
            transaction.set_rollback(True)
        return response
