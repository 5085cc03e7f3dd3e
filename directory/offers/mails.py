"""The mails to whoever offers. The first goes to an address that anybody may have typed: it repeats nothing that was typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import gettext as _

from ..areas.index import home_area
from ..models import Offer, Office
from .links import ANSWER_HOLDS, CHECK_HOLDS, token_for

# What hands a mail over; raises OSError.
Send = Callable[[], None]


def _link(offer: Offer) -> str:
    return f"{settings.WAGTAILADMIN_BASE_URL}{reverse('offer_link', args=[token_for(offer)])}"


def _city() -> str:
    home = home_area()
    return home.name if home else _("市")


def send_check(offer: Offer) -> None:
    """Whether the address is right. Raises OSError where the mail cannot be handed over."""
    _send(
        offer,
        _("【よろず】申し出の確認（まだ届いていません）"),
        [
            _("{city}のサイトに、受け入れ・場所・仕事などの申し出を書いていただいた方へ。").format(city=_city()),
            "",
            _("申し出は、まだ市に届いていません。下のアドレスを開き、内容を見て「市に届ける」を押してください。"),
            _link(offer),
            "",
            _("このアドレスは {days}日のあいだ、1回だけ使えます。").format(days=CHECK_HOLDS.days),
            _("お心当たりがないときは、何もしないでください。市には届かず、{days}日で消えます。").format(
                days=CHECK_HOLDS.days
            ),
        ],
        signed=False,
    )


def send_question(offer: Offer) -> None:
    """What the city wants to know, with the place to answer. Raises OSError."""
    _send(
        offer,
        _("【よろず】申し出について、教えてください"),
        [
            *_greeting(offer),
            _("申し出をありがとうございます。1つ教えてください。"),
            "",
            offer.question,
            "",
            _("下のアドレスを開いて、お答えください。{days}日のあいだ使えます。").format(days=ANSWER_HOLDS.days),
            _link(offer),
        ],
    )


def send_accepted(offer: Offer, words: str) -> None:
    """That the city prepares an entry. Raises OSError."""
    _send(
        offer,
        _("【よろず】申し出を受け付けました"),
        [
            *_greeting(offer),
            _("申し出をありがとうございます。市で案内を作る準備を始めました。"),
            _("載せる前に、内容を確かめるため、{phone} にお電話することがあります。").format(phone=offer.phone)
            if offer.phone
            else _("載せる前に確かめたいことがあるときのため、団体の電話かメールを、市の担当にお知らせください。"),
            *(["", words] if words else []),
            *_gone(),
        ],
    )


def send_declined(offer: Offer) -> None:
    """That it cannot be taken, and why. Raises OSError."""
    _send(
        offer,
        _("【よろず】申し出へのお返事"),
        [
            *_greeting(offer),
            _("申し出をありがとうございました。今回は、案内に載せることができません。"),
            "",
            offer.reason,
            *_gone(),
        ],
    )


def _greeting(offer: Offer) -> list[str]:
    return [_("{name} {contact} 様").format(name=offer.name, contact=offer.contact_name), ""]


def _gone() -> list[str]:
    """What the answer takes with it."""
    return ["", _("お預かりしたお名前とメールアドレスは、このメールを送って消しました。")]


def _send(offer: Offer, subject: str, lines: Iterable[str], *, signed: bool = True) -> None:
    """One mail; `signed` by the office that answers, whose mail and telephone are not told to just anybody."""
    office = Office.default()
    own = [str(office), office.phone, office.mail] if signed and (office.mail or office.phone) else []
    body = "\n".join([*lines, "", _city(), *filter(None, own), ""])
    reply_to = [office.mail] if signed and office.mail else None
    EmailMessage(subject, body, None, [offer.contact_mail], reply_to=reply_to).send()
