"""Who gets in where: every address of the URL configuration, asked for by ten kinds of visitor.

A new address fails `test_should_know_every_address` until somebody has written down here who may see it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.test import Client
from django.utils import timezone

from directory.models import PublicRecord
from directory.partners.models import Duty, Invitation, Member, Partner, Proposal, SharingPack
from directory.partners.packs import current_contacts
from tests.addresses import Address, addresses
from tests.directory.partners.conftest import city_client, enter
from tests.factories import ContactPointFactory, MemberFactory

pytestmark = pytest.mark.django_db

VISITORS = (
    "anonymous",
    "resident",
    "member",
    "lead",
    "other",
    "editor",
    "approver",
    "administrator",
    "expired",
    "locked",
)
OUTSIDE = ("anonymous", "resident")
PEOPLE = ("member", "lead", "other")
CITY = ("editor", "approver", "administrator")
SHUT = ("expired", "locked")

# What the groups of a rule answer: OK (200), SENT (a redirect inside), LOGIN (a redirect to the log-in), or a status.
OK, SENT, LOGIN = "ok", "sent", "login"


def _rule(people: Any, city: Any, **others: Any) -> dict[str, Any]:
    """What each visitor gets; people whose time is over are told so, everybody else is sent to the log-in."""
    rule = dict.fromkeys(OUTSIDE, LOGIN) | dict.fromkeys(SHUT, 403)
    return rule | dict.fromkeys(PEOPLE, people) | dict.fromkeys(CITY, city) | others


def _all(answer: Any) -> dict[str, Any]:
    return dict.fromkeys(VISITORS, answer)


PUBLIC = _all(OK)
FOR_ALL = _rule(OK, OK)
# Things of the ハローワーク: those of another institution get what they get for something that does not exist.
OF_PARTNER = _rule(OK, OK, other=404)
OWN = _rule(OK, 404, other=404)
# Addresses that are posted to; GET is 405 for everybody.
POSTED_BY_PARTNER = _rule(SENT, 404, other=404)

# By name: the rule for GET, or ("POST", rule). Everything that is not below /admin/ stands here.
RULES: dict[str, Any] = {
    "search": PUBLIC,
    "find": PUBLIC,
    "browse": PUBLIC,
    "browse_kind": PUBLIC,
    "resource": PUBLIC,
    "api_search": PUBLIC,
    "api_suggest": PUBLIC,
    "counter_list": PUBLIC,
    "counter_list_change": ("POST", _all(SENT)),
    "share_leaflet": PUBLIC,
    "share_csv": PUBLIC,
    "share_json": PUBLIC,
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "sitemap.xml": PUBLIC,
    "sitemap": PUBLIC,
    "wagtail_serve": PUBLIC,
    "^media/(?P<path>.*)$": _all(404),
    "wagtaildocs_serve": _all(404),
    "wagtaildocs_authenticate_with_password": _all(404),
    "wagtailcore_authenticate_with_password": _all(404),
    # Wagtail's log-in for private pages: it lets nobody of a partner past the second factor.
    "wagtailcore_login": PUBLIC,
    "partners:home": FOR_ALL,
    "partners:contacts": FOR_ALL,
    "partners:contact": OF_PARTNER,
    "partners:handover": FOR_ALL,
    "partners:pack": OF_PARTNER,
    "partners:pack_print": OF_PARTNER,
    "partners:pack_excel": OF_PARTNER,
    "partners:pack_csv": OF_PARTNER,
    "partners:pack_received": ("POST", POSTED_BY_PARTNER),
    "partners:own": _rule(OK, 404),
    "partners:own_edit": OWN,
    "partners:own_still_right": ("POST", POSTED_BY_PARTNER),
    "partners:members": _rule(404, 404, lead=OK, other=OK),
    "partners:member_change": ("POST", _rule(404, SENT, lead=SENT)),
    "partners:invitation_revoke": ("POST", _rule(404, SENT, lead=SENT)),
    "partners:account": _rule(OK, 404),
    "partners:office": _rule(404, OK),
    "partners:office_partner": _rule(404, OK),
    "partners:office_send": ("POST", _rule(404, SENT)),
    "partners:office_duty": ("POST", _rule(404, SENT)),
    "partners:office_proposal": _rule(404, OK),
    "partners:office_look_as": ("POST", _rule(404, SENT)),
    "partners:office_trail": _rule(404, OK, editor=404),
    "partners:office_trail_file": _rule(404, OK, editor=404),
    # The doors themselves.
    "partners:login": dict.fromkeys(OUTSIDE, OK) | dict.fromkeys((*PEOPLE, *CITY, *SHUT), SENT),
    "partners:logout": ("POST", _all(LOGIN)),
    "partners:second_factor": dict.fromkeys(OUTSIDE, LOGIN)
    | dict.fromkeys((*PEOPLE, *SHUT), SENT)
    # People of the city who were not asked for one may set it up here.
    | dict.fromkeys(CITY, OK),
    "partners:join": _all(403),
    "partners:invitation": _all(SENT),
    "partners:password": PUBLIC,
    "partners:password_sent": PUBLIC,
    "partners:password_confirm": PUBLIC,
}

# Below /admin/: the parts that exist, the doors that open for anybody, and who sees what only the city's people may.
_PARTS = (
    "account api block-preview bulk choose-anchor-link choose-email-link choose-external-link choose-page "
    "choose-phone-link collections dismissibles documents editing-sessions embeds failwhale groups images misses pages "
    "redirects reports settings sites snippets tag-autocomplete test404 users words workflows"
)
ADMIN_PARTS = frozenset(_PARTS.split())
ADMIN_DOORS = frozenset({"login", "logout", "password_reset", "jsi18n", "sprite"})
_SNIPPETS = (
    "consultationdesk gatheringplace volunteeropportunity employmentpathway organisation nationalline need field area "
    "arealayer town institutiontype programme phrase synonymgroup dangerpattern dangertopic stopword promotion"
)
SNIPPETS = frozenset(_SNIPPETS.split())
STAFF_SNIPPETS = frozenset({"contactpoint", "partner", "sharingpack", "training"})


def _admin_part(address: Address) -> str:
    return re.split(r"[/<^]", address.route.removeprefix("admin/"))[0]


def test_should_know_every_address() -> None:
    unknown = [
        address.key for address in addresses() if not address.route.startswith("admin/") and address.key not in RULES
    ]
    assert not unknown, "Write down in RULES who may see them"
    below_admin = [address for address in addresses() if address.route.startswith("admin/")]
    parts = {_admin_part(address) for address in below_admin} - {""}
    assert parts == ADMIN_PARTS | ADMIN_DOORS, "Write down in ADMIN_PARTS that only the city's people may see it"
    snippets = {
        address.route.split("/")[3]
        for address in below_admin
        if re.match(r"admin/snippets/(directory|partners)/\w+/", address.route)
    }
    assert snippets == SNIPPETS | STAFF_SNIPPETS
    assert set(RULES) <= {address.key for address in addresses()}, "Rules for addresses that are gone"


class World:
    """Everything that addresses point at, and the ten visitors' cookies."""

    def __init__(self, hellowork: Partner, silver: Partner) -> None:
        pack = SharingPack.objects.get(code="hellowork")
        own = ContactPointFactory(organisation=hellowork.organisation, is_coordinator=True)
        member, lead = MemberFactory(partner=hellowork), MemberFactory(partner=hellowork, rank="lead")
        self.own = own
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
            "administrator": city_client("m-admin", None),
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
        """The address with something real in it, as far as it is one of ours."""

        def sample(name: str, converter: str) -> Any:
            if address.route.startswith("partners/"):
                ours = {
                    "code": "hellowork",
                    "part": "contacts",
                    "uuid": self.contact.uuid if address.name == "partners:contact" else self.own.uuid,
                    "pk": self.pk.get(address.name, 1),
                    "secret": "unknown-secret",
                    "uidb64": "MQ",
                    "token": "no-token",
                }
                return ours[name]
            public = {"short_id": self.resource, "kind": "desk", "section": "resources"}
            if name in public:
                return public[name]
            if converter == "uuid":
                return "00000000-0000-4000-8000-000000000000"
            return "" if converter == "re" and not address.route.startswith(("admin/", "documents/", "^media")) else "1"

        return address.path(sample)

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


@pytest.fixture
def world(hellowork: Partner, silver: Partner) -> World:
    """See `World`."""
    return World(hellowork, silver)


def _fits(response: Any, expected: Any) -> bool:
    if isinstance(expected, int):
        return response.status_code == expected
    if expected == OK:
        return response.status_code == 200
    target = response.get("Location", "")
    to_login = response.status_code in {302, 303} and "/login/" in target.split("?")[0]
    return to_login if expected == LOGIN else response.status_code in {302, 303} and not to_login


def _rules() -> Iterator[tuple[Address, str, dict[str, Any]]]:
    for address in addresses():
        rule = RULES.get(address.key)
        if rule is not None:
            yield (address, "GET", rule) if isinstance(rule, dict) else (address, *rule)


@pytest.mark.parametrize("visitor", VISITORS)
def test_should_answer_each_visitor_as_written_down(world: World, visitor: str) -> None:
    wrong = []
    for address, method, rule in _rules():
        path = world.path(address)
        response = world.ask(visitor, method, path)
        if not _fits(response, rule[visitor]):
            wrong.append((method, path, response.status_code, response.get("Location", ""), "expected", rule[visitor]))
        if method == "POST" and address.key not in {"counter_list_change"}:
            assert world.ask(visitor, "GET", path).status_code == 405, path
        if path.startswith("/partners/"):
            assert response["Cache-Control"] == "no-store, private", path
            assert "noindex" in response["X-Robots-Tag"], path
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("visitor", [*OUTSIDE, *PEOPLE, *SHUT])
def test_should_keep_everybody_but_the_city_out_of_the_admin(world: World, visitor: str) -> None:
    wrong = []
    for address in addresses():
        if not address.route.startswith("admin/"):
            continue
        path = world.path(address)
        response = world.ask(visitor, "GET", path)
        if _admin_part(address) in ADMIN_DOORS:
            assert response.status_code in {200, 302, 405}, path
            continue
        # The admin sends away, forbids, or has no such address; it never shows anything.
        if response.status_code not in {302, 403, 404, 405}:
            wrong.append((path, response.status_code))
        if response.status_code == 302:
            assert "/admin/login/" in response["Location"] or response["Location"].startswith("/admin/"), path
        assert response["Cache-Control"] == "no-store, private", path
        assert "noindex" in response["X-Robots-Tag"], path
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize(
    ("visitor", "model", "may"),
    [
        ("editor", "contactpoint", {"", "add/", "edit"}),
        ("approver", "contactpoint", {"", "add/", "edit", "delete"}),
        ("administrator", "contactpoint", {"", "add/", "edit", "delete"}),
        ("editor", "partner", {""}),
        ("approver", "partner", {"", "add/", "edit", "delete"}),
        ("administrator", "partner", {"", "add/", "edit", "delete"}),
        ("editor", "sharingpack", {""}),
        ("approver", "sharingpack", {"", "add/", "edit", "delete"}),
        ("editor", "training", {"", "add/"}),
        ("approver", "training", {"", "add/"}),
    ],
)
def test_should_give_the_city_what_its_role_may_do(world: World, visitor: str, model: str, may: set[str]) -> None:
    pks = {
        "contactpoint": world.contact.pk,
        "partner": Partner.objects.first().pk,
        "sharingpack": SharingPack.objects.first().pk,
    }
    pages = {"": "", "add/": "add/"}
    if model in pks:
        pages |= {"edit": f"edit/{pks[model]}/", "delete": f"delete/{pks[model]}/"}
    allowed = {
        name
        for name, page in pages.items()
        if world.ask(visitor, "GET", f"/admin/snippets/partners/{model}/{page}").status_code == 200
    }
    assert allowed == may
