"""Questions that are asked of contact points."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from .contacts import ContactPoint


class ContactPointQuerySet(models.QuerySet["ContactPoint"]):
    """Chainable; every method narrows."""

    def approved(self) -> "ContactPointQuerySet":
        """Published ones: a draft is nobody's contact yet."""
        return self.filter(live=True)

    def valid_on(self, day: date) -> "ContactPointQuerySet":
        """Those whose time has come and has not passed."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day))

    def having(self, **conditions: object) -> "ContactPointQuerySet":
        """Those with a related row that fits, without the doubles of a join."""
        return self.filter(pk__in=self.model.objects.filter(**conditions).values("pk"))

    def with_roles(self, codes: Collection[str]) -> "ContactPointQuerySet":
        """Those that carry out one of the programmes."""
        return self.having(roles__code__in=list(codes))

    def about(self, field: str) -> "ContactPointQuerySet":
        """Those that are asked about a field of welfare (its code), and those that name none: they take any."""
        named = self.model.objects.filter(fields__isnull=False).values("pk")
        about_it = self.model.objects.filter(fields__code=field).values("pk")
        return self.filter(Q(pk__in=about_it) | ~Q(pk__in=named))

    def in_areas(self, areas: Iterable[int]) -> "ContactPointQuerySet":
        """Those that serve one of the areas."""
        return self.having(areas__in=list(areas))

    def saying(self, words: Iterable[str]) -> "ContactPointQuerySet":
        """Those in which every word occurs; `words` are folded (`words.words_of`)."""
        found = self
        for word in words:
            found = found.filter(search_text__contains=word)
        return found

    def with_details(self) -> "ContactPointQuerySet":
        """Everything that a card shows, in a fixed number of queries."""
        return self.select_related("organisation__type").prefetch_related("roles", "areas", "fields")
