"""Records for tests; each factory makes something valid that a test changes in the one respect it is about."""

from __future__ import annotations

from datetime import date
from itertools import count

import factory
from django.contrib.auth import get_user_model
from django_otp.plugins.otp_totp.models import TOTPDevice
from factory.django import DjangoModelFactory

from directory.choices import ChannelKind, VerifiedBy
from directory.models import (
    Area,
    Channel,
    ConsultationDesk,
    EmploymentPathway,
    Field,
    GatheringPlace,
    InstitutionType,
    Need,
    Organisation,
    Programme,
    VolunteerOpportunity,
)
from directory.partners.models import ContactPoint, Member, Partner

PASSWORD = "a-long-password-1"
_numbers = count(1)


class OrganisationFactory(DjangoModelFactory):
    """A group of よろず市."""

    class Meta:
        model = Organisation

    name = factory.Sequence(lambda number: f"試験の会{number}")
    reading = "しけんのかい"
    type = factory.LazyFunction(lambda: InstitutionType.objects.get(code="ibasho"))
    municipality = factory.LazyFunction(lambda: Area.objects.get(slug="yorozu"))


class ResourceFactory(DjangoModelFactory):
    """What the four kinds share: live, with a field, an area and a channel. `published=False` makes a draft."""

    class Meta:
        abstract = True
        skip_postgeneration_save = True

    name = factory.Sequence(lambda number: f"試験の場{number}")
    reading = "しけんのば"
    summary = "試験のための記録です。"
    organisation = factory.SubFactory(OrganisationFactory)
    type = factory.SelfAttribute("organisation.type")
    live = True

    @classmethod
    def _create(cls, model: type, *args: object, **kwargs: object) -> object:
        fields, areas, needs = (
            kwargs.pop(name, default)
            for name, default in (("fields", ["community"]), ("areas", ["tobu"]), ("needs", []))
        )
        resource = model(**kwargs)
        resource.fields = list(Field.objects.filter(code__in=fields))
        resource.areas = list(Area.objects.filter(slug__in=areas))
        resource.needs = list(Need.objects.filter(code__in=needs))
        resource.channels = [Channel(kind=ChannelKind.PHONE, value="0000-99-0001")]
        resource.full_clean()
        resource.save()
        if resource.live:
            resource.save_revision().publish()
        return model.objects.get(pk=resource.pk)

    class Params:
        verified = factory.Trait(
            verified_on=factory.LazyFunction(lambda: date(2026, 10, 1)), verified_by=VerifiedBy.PHONE
        )


class PlaceFactory(ResourceFactory):
    """居場所."""

    class Meta:
        model = GatheringPlace
        skip_postgeneration_save = True


class DeskFactory(ResourceFactory):
    """相談窓口."""

    class Meta:
        model = ConsultationDesk
        skip_postgeneration_save = True


class VolunteerFactory(ResourceFactory):
    """ボランティア."""

    class Meta:
        model = VolunteerOpportunity
        skip_postgeneration_save = True

    activity = "手伝い"


class WorkFactory(ResourceFactory):
    """就労."""

    class Meta:
        model = EmploymentPathway
        skip_postgeneration_save = True

    pathway = "short_time"
    pay = "wage"


class ContactPointFactory(DjangoModelFactory):
    """An approved contact point of the whole city."""

    class Meta:
        model = ContactPoint
        skip_postgeneration_save = True

    organisation = factory.SubFactory(OrganisationFactory)
    unit = factory.Sequence(lambda number: f"試験係{number}")
    direct_line = "0000-99-0001"
    live = True

    @classmethod
    def _create(cls, model: type, *args: object, **kwargs: object) -> object:
        roles, areas, fields = (
            kwargs.pop(name, default) for name, default in (("roles", []), ("areas", ["yorozu"]), ("fields", []))
        )
        contact = model(**kwargs)
        contact.roles = list(Programme.objects.filter(code__in=roles))
        contact.areas = list(Area.objects.filter(slug__in=areas))
        contact.fields = list(Field.objects.filter(code__in=fields))
        contact.full_clean()
        contact.save()
        return contact


class PartnerFactory(DjangoModelFactory):
    """A partner institution; `type_code` decides which packs it receives."""

    class Meta:
        model = Partner

    class Params:
        type_code = "hw"

    organisation = factory.SubFactory(
        OrganisationFactory,
        type=factory.LazyAttribute(lambda o: InstitutionType.objects.get(code=o.factory_parent.type_code)),
    )


class MemberFactory(DjangoModelFactory):
    """A person of a partner with a second factor; the password is `PASSWORD`."""

    class Meta:
        model = Member
        skip_postgeneration_save = True

    partner = factory.SubFactory(PartnerFactory)
    name = factory.Sequence(lambda number: f"試験の人{number}")
    user = factory.LazyFunction(lambda: make_user())

    @factory.post_generation
    def device(member: Member, create: bool, extracted: object, **kwargs: object) -> None:
        """A confirmed TOTP device, unless `device=False`."""
        if extracted is not False:
            TOTPDevice.objects.create(user=member.user, name="試験", confirmed=True)


def make_user() -> object:
    """An account as an invitation makes it."""
    mail = f"person{next(_numbers)}@example.jp"
    return get_user_model().objects.create_user(mail, mail, PASSWORD)
