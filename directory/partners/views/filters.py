"""Filters of the partner pages' templates."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from jinja2 import Environment
from jinja2.ext import Extension

from ..choices import Format, Meeting, Rank
from ..models import ContactPoint
from ..services import label


class PartnerFilters(Extension):
    """Gives them to the templates: named in the settings, for nothing public imports from here."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.filters.update(
            {function.__name__: function for function in (details, digits, doubt, labels, meetings)}
        )


def digits(number: str) -> str:
    """What a telephone dials of a number as people write it: what stands before a remark in brackets."""
    return "".join(sign for sign in number.split("（")[0] if sign.isdigit() or sign in "+#*")


def doubt(contact: ContactPoint, today: date) -> str:
    """Why nobody should rely on a contact point (`standing.doubtful_contacts`)."""
    if contact.organisation is None:
        return str(_("機関がなくなりました"))
    if contact.valid_to and contact.valid_to < today:
        return str(_("期間が終わりました"))
    return str(_("確かめてから1年を過ぎました") if contact.confirmed_on else _("まだ確かめていません"))


def meetings(contact: ContactPoint) -> str:
    """The meetings in words."""
    return "、".join(str(Meeting(code).label) for code in contact.meetings if code in Meeting.values)


def labels(names: list[str]) -> str:
    """What fields are called on screen."""
    return "、".join(label(name) for name in names)


def details(values: dict[str, Any]) -> str:
    """The detail of a line of the trail in words; what has no word here is shown as it is."""
    return "、".join(
        f"{DETAILS.get(name, name)}：{_shown(name, value)}"
        for name, value in values.items()
        if value not in ("", [], None)
    )


def _shown(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(_("あり") if value else _("なし"))
    if name == "fields" or name == "accepted":
        return labels(value)
    if name == "format" and value in Format.values:
        return str(Format(value).label)
    if name == "rank" and value in Rank.values:
        return str(Rank(value).label)
    return str(VALUES.get(value, value)) if isinstance(value, str) else str(value)


DETAILS = {
    "accepted": _("反映した項目"),
    "answered": _("お返事"),
    "area": _("圏域"),
    "comment": _("ひとこと"),
    "contacts": _("連絡先の数"),
    "deliveries": _("届けた数"),
    "done": _("したこと"),
    "duty": _("すること"),
    "factor": _("段階"),
    "failed": _("送れなかった数"),
    "field": _("分野"),
    "fields": _("項目"),
    "format": _("形"),
    "found": _("見つかった数"),
    "kind": _("種類"),
    "lines": _("行の数"),
    "mail": _("相手"),
    "mails": _("送った数"),
    "member": _("人"),
    "method": _("方法"),
    "on": _("した日"),
    "page": _("ページ"),
    "partners": _("機関の数"),
    "rank": _("役割"),
    "revoked": _("取り消し"),
    "role": _("役割"),
    "shown": _("表示した数"),
    "version": _("版"),
    "what": _("したこと"),
    "why": _("理由"),
    "words": _("ことば"),
}
VALUES = {
    "added": _("追加"),
    "changed": _("変更"),
    "confirm": _("続けて使う確認"),
    "contactpoint": _("連絡先"),
    "deleted": _("削除"),
    "factor": _("二段階の確認の取り消し"),
    "lead": _("代表にする"),
    "look_as": _("その機関に見えるとおりに見る"),
    "member": _("メンバーにする"),
    "members": _("メンバー"),
    "obstacle": _("使えないアカウント"),
    "partner": _("連携機関"),
    "proposal": _("届け出"),
    "published": _("承認"),
    "remove": _("アカウントを消す"),
    "sharingpack": _("情報共有の一式"),
    "start": _("また使えるようにする"),
    "stop": _("止める"),
    "training": _("合同の研修"),
    "unpublished": _("取り下げ"),
}
