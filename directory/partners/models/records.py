"""What happened: changes of contact points, deliveries, proposals, and the trail that only grows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NoReturn

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ...validators import validate_visible
from ..choices import Act, ChangeKind, Format, ProposalState
from .contacts import ContactPoint
from .packs import SharingPack
from .partners import Partner


class ContactChange(models.Model):
    """That a contact point changed, and in which packs it stands or stood; never what its values were."""

    # Whether it can still be opened by whom it is shown to.
    is_there: bool

    contact = models.ForeignKey(ContactPoint, on_delete=models.SET_NULL, null=True, related_name="changes")
    name = models.CharField(max_length=260)
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=8, choices=ChangeKind)
    fields = models.JSONField(default=list, blank=True)
    packs = models.ManyToManyField(SharingPack, related_name="changes")
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("連絡先の変化")
        verbose_name_plural = _("連絡先の変化")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind}"


class Delivery(models.Model):
    """That a version of a pack was handed to a partner, and what is known of its arrival."""

    pack = models.ForeignKey(SharingPack, on_delete=models.CASCADE, related_name="deliveries")
    pack_title = models.CharField(max_length=90)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="deliveries")
    format = models.CharField(max_length=8, choices=Format)
    version = models.CharField(max_length=40)
    contacts = models.PositiveIntegerField()
    resources = models.PositiveIntegerField()
    to = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=150, blank=True)
    # For what the city sends: whether the mail that tells of it has gone out.
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("届けた記録")
        verbose_name_plural = _("届けた記録")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.pack_title} {self.version}"


class Proposal(models.Model):
    """What a partner says about its own contact point (or about a new one), and what the city answered."""

    # What its changes are called on the partner's page.
    labels: list[str]

    # None: a new one, until the city has taken it over.
    contact = models.ForeignKey(ContactPoint, on_delete=models.CASCADE, null=True, blank=True, related_name="proposals")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="proposals")
    proposed_by = models.CharField(max_length=150)
    changes = models.JSONField(default=dict, blank=True)
    # The values that the partner saw; what has changed since is shown to whoever decides.
    seen = models.JSONField(default=dict, blank=True)
    comment = models.TextField(_("ひとこと"), max_length=600, blank=True, validators=[validate_visible])
    at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.WAITING, db_index=True)
    answer = models.TextField(_("お返事"), max_length=600, blank=True, validators=[validate_visible])
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    # Whether the mail that tells of the answer has gone out.
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("変更の届け出")
        verbose_name_plural = _("変更の届け出")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def title(self) -> str:
        """Which contact point it is about."""
        return str(self.contact or _("新しい連絡先"))


class TrailQuerySet(models.QuerySet):
    """Lines can be read and added; only what is old, and what tells of things that never were, may be taken away."""

    def update(self, **values: Any) -> NoReturn:
        """Refused: a trail that can be changed proves nothing."""
        raise PermissionDenied("the trail is append-only")

    def delete(self) -> NoReturn:
        """Refused, as `update`."""
        raise PermissionDenied("the trail is append-only")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused, as `update`."""
        raise PermissionDenied("the trail is append-only")

    def drop_before(self, moment: datetime) -> int:
        """Take away lines from before a moment, as the retention says. Returns how many."""
        return models.QuerySet.delete(self.filter(at__lt=moment))[0]

    def drop_demo(self, names: Collection[str], users: Collection[str]) -> int:
        """Take away what was noted of the demo's made-up institutions and people, when it goes. Returns how many lines."""
        told = models.Q(target__in=names) | models.Q(organisation__in=names) | models.Q(user__in=users)
        return models.QuerySet.delete(self.filter(told))[0]


class TrailLine(models.Model):
    """Who, of which organisation, did what, when. Names stand as text: the line outlives account and partner."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    act = models.CharField(max_length=16, choices=Act, db_index=True)
    user = models.CharField(max_length=254, blank=True, db_index=True)
    organisation = models.CharField(max_length=120, blank=True, db_index=True)
    target = models.CharField(max_length=260, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    objects = TrailQuerySet.as_manager()

    class Meta:
        verbose_name = _("利用の記録")
        verbose_name_plural = _("利用の記録")
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.act}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the line; a line that stands is never written again."""
        if self.pk is not None:
            raise PermissionDenied("the trail is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise PermissionDenied("the trail is append-only")
