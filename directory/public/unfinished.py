"""Drafts that lack what no published entry lacks: for a preview, words stand in their place. Nothing of it is saved."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ..choices import Pathway, Pay
from ..models import EmploymentPathway, InstitutionType, Organisation, Resource


def complete(draft: Resource) -> set[str]:
    """Put words into what the draft in memory lacks; returns the facts (`facts.Fact.field`) of which it says nothing yet."""
    unsaid: set[str] = set()
    if draft.organisation_id is None:
        draft.organisation = Organisation(name=_("（機関・団体は、まだ選んでいません）"))
    if draft.type_id is None:
        draft.type = InstitutionType(name=_("（種類は、まだ選んでいません）"), hides_address=False)
    if isinstance(draft, EmploymentPathway):
        if not draft.pathway:
            draft.pathway = Pathway.values[0]
            unsaid.add("work.pathway")
        if not draft.pay:
            draft.pay = Pay.values[0]
            unsaid.add("work")
    return unsaid
