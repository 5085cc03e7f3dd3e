"""Questions that are asked of contact points."""

from datetime import date

from django.db import models
from django.db.models import Q


class ContactPointQuerySet(models.QuerySet):
    """Chainable; every method narrows."""

    def approved(self) -> "ContactPointQuerySet":
        """Published ones: a draft is nobody's contact yet."""
        return self.filter(live=True)

    def valid_on(self, day: date) -> "ContactPointQuerySet":
        """Those whose time has come and has not passed."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day))

    def with_details(self) -> "ContactPointQuerySet":
        """Everything that a card shows, in a fixed number of queries."""
        return self.select_related("organisation__type").prefetch_related("roles", "areas", "fields")
