"""The way of an offer: written, checked by mail, asked back, answered. With the answer whose name and mail it was is gone.

A mail is the last thing in each transaction: one that cannot be handed over leaves everything as it stood.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ..choices import Kind, Surface
from ..models import InstitutionType, Offer, OfferState, Office, Organisation, Resource
from ..validators import validate_visible
from . import mails
from .drafting import draft_entry, new_organisation
from .forms import OfferForm

LONGEST = 1_000


def submit(form: OfferForm) -> Offer:
    """Keep what was written and ask by mail whether the address is right. Raises ValidationError where no mail goes out.

    Not in a transaction: nobody who writes waits for a mail server.
    """
    with transaction.atomic():
        offer: Offer = form.save()
    try:
        mails.send_check(offer)
    except OSError:
        offer.delete()
        raise ValidationError(
            _("確認のメールを送れませんでした。アドレスを確かめて、少したってからもう一度お願いします。")
        ) from None
    return offer


def arrived() -> QuerySet[Offer]:
    """What has reached the city and has no answer."""
    return Offer.objects.filter(state__in=(OfferState.WAITING, OfferState.ASKED))


@transaction.atomic
def arrive(offer: Offer) -> bool:
    """It reaches the city. Returns whether it does now: of two presses of the button one counts."""
    return bool(
        Offer.objects.filter(pk=offer.pk, state=OfferState.UNCHECKED).update(
            state=OfferState.WAITING, arrived_at=timezone.now()
        )
    )


def take_back(offer: Offer) -> None:
    """Whoever got the mail does not want it; nothing of it stays."""
    Offer.objects.filter(pk=offer.pk, state=OfferState.UNCHECKED).delete()


@transaction.atomic
def ask(offer: Offer, question: str) -> None:
    """Ask back by mail. Raises ValidationError."""
    row = _open(offer)
    row.question, row.answer = _text(question, _("聞きたいことを書いてください。")), ""
    row.round += 1
    row.state = OfferState.ASKED
    row.save()
    _mail(lambda: mails.send_question(row))


@transaction.atomic
def reply(offer: Offer, answer: str) -> bool:
    """What whoever offers says to the question. Returns whether it was still asked. Raises ValidationError."""
    text = _text(answer, _("答えを書いてください。"))
    asked = Offer.objects.filter(pk=offer.pk, state=OfferState.ASKED, round=offer.round)
    return bool(asked.update(state=OfferState.WAITING, answer=text))


@transaction.atomic
def decline(offer: Offer, reason: str) -> None:
    """Say no, and why. Raises ValidationError."""
    row = _open(offer)
    row.reason = _text(reason, _("断る理由を書いてください。相手に届きます。"))
    row.state = OfferState.DECLINED
    _finish(row, lambda: mails.send_declined(row))


@transaction.atomic
def accept(
    offer: Offer,
    *,
    kind: Kind,
    organisation: Organisation | None,
    type_: InstitutionType | None,
    words: str,
    user: Any,
    owner: Office | None = None,
) -> Resource:
    """Say yes: the draft of an entry, below an organisation of the register or a new one. Raises ValidationError."""
    row = _open(offer)
    text = _text(words, "")
    if organisation is not None and organisation.type.surface != Surface.STAFF:
        type_ = organisation.type
    if type_ is None or type_.surface == Surface.STAFF:
        raise ValidationError(_("機関の種類を選んでください。"))
    organisation = organisation or new_organisation(row, type_, user)
    row.resource = draft_entry(row, kind, organisation, type_, user, owner)
    row.state = OfferState.ACCEPTED
    _finish(row, lambda: mails.send_accepted(row, text))
    return row.resource


def _open(offer: Offer) -> Offer:
    """The offer as it stands, held until the transaction ends. Raises ValidationError where it has its answer."""
    row = Offer.objects.select_for_update().filter(pk=offer.pk).first()
    if row is None or row.state not in (OfferState.WAITING, OfferState.ASKED):
        raise ValidationError(_("この申し出には、もう答えてあります。"))
    return row


def _finish(row: Offer, send: mails.Send) -> None:
    """The answer goes out, and the row keeps neither whose it was nor what was asked of them."""
    row.answered_on = timezone.localdate()
    row.save()
    _mail(send)
    row.contact_name = row.contact_mail = row.question = row.answer = ""
    row.save()


def _mail(send: mails.Send) -> None:
    try:
        send()
    except OSError:
        raise ValidationError(
            _("メールを送れませんでした。何も変わっていません。少したってから、もう一度押してください。")
        ) from None


def _text(text: str, missing: str) -> str:
    """Words for a mail. Raises ValidationError for none where some are needed, for too many, and for hidden ones."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if missing and not plain:
        raise ValidationError(missing)
    if len(plain) > LONGEST:
        raise ValidationError(_("{most}字までにしてください（いま{count}字）。").format(most=LONGEST, count=len(plain)))
    validate_visible(plain)
    return plain
