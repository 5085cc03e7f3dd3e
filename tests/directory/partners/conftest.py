"""People of partners and of the city, each in a browser of their own."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY, devices_for_user

from directory.partners.choices import Rank
from directory.partners.doors.access import MARK
from directory.partners.models import Member, Partner
from tests.factories import MemberFactory, PartnerFactory


def enter(member: Member, *, verified: bool = True) -> Client:
    """A browser in which a member is logged in, with the second factor shown or not."""
    client = Client()
    client.force_login(member.user, backend="guard.logins.tries.GuardedBackend")
    session = client.session
    if verified:
        session[MARK] = f"test-{member.pk}"
        session[DEVICE_ID_SESSION_KEY] = next(iter(devices_for_user(member.user))).persistent_id
        member.sessions = [*member.sessions, session[MARK]]
        member.save()
    session.save()
    return client


def city_client(name: str, group: str | None) -> Client:
    """A browser of somebody of the city; without a group, an administrator."""
    users = get_user_model().objects
    if group is None:
        user = users.create_superuser(name, f"{name}@example.jp", "a-long-password-1")
    else:
        user = users.create_user(name, f"{name}@example.jp", "a-long-password-1")
        user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user, backend="guard.logins.tries.GuardedBackend")
    return client


@pytest.fixture
def hellowork(db: None) -> Partner:
    """A ハローワーク."""
    return PartnerFactory(type_code="hw", organisation__name="試験ハローワーク")


@pytest.fixture
def silver(db: None) -> Partner:
    """A シルバー人材センター."""
    return PartnerFactory(type_code="silver", organisation__name="試験シルバー")


@pytest.fixture
def member(hellowork: Partner) -> Member:
    """A person of the ハローワーク."""
    return MemberFactory(partner=hellowork)


@pytest.fixture
def lead(hellowork: Partner) -> Member:
    """The lead of the ハローワーク."""
    return MemberFactory(partner=hellowork, rank=Rank.LEAD)


@pytest.fixture
def member_client(member: Member) -> Client:
    """The member's browser."""
    return enter(member)


@pytest.fixture
def lead_client(lead: Member) -> Client:
    """The lead's browser."""
    return enter(lead)


@pytest.fixture
def silver_client(silver: Partner) -> Client:
    """The browser of a person of the シルバー人材センター."""
    return enter(MemberFactory(partner=silver))


@pytest.fixture
def editor(db: None) -> Client:
    """The browser of an editor."""
    return city_client("city-editor", "編集者")


@pytest.fixture
def approver(db: None) -> Client:
    """The browser of an approver."""
    return city_client("city-approver", "承認者")


@pytest.fixture
def administrator(db: None) -> Client:
    """The browser of an administrator."""
    return city_client("city-admin", None)


@pytest.fixture
def world(hellowork: Partner, silver: Partner) -> object:
    """Ten visitors, and something real behind every address (`world.World`)."""
    from tests.directory.partners.world import World

    return World(hellowork, silver)
