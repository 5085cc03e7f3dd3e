"""What the report calls its numbers, and what they mean: the same words on the page and in the file."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from .distances import NEAR_KM
from .groups import PARTS

DAYS = "月火水木金土日祝"


def parts() -> list[tuple[str, str]]:
    """The parts of a day."""
    return [(code, str(name)) for code, name in PARTS]


def times() -> list[tuple[str, str]]:
    """The columns of hours: parts of working days, weekends, holidays, and what says none."""
    return [
        *((code, _("平日の{part}").format(part=name)) for code, name in parts()),
        ("weekend", _("土日")),
        ("holiday", _("祝日")),
        ("unknown", _("時間が書かれていない")),
    ]


def shares() -> list[tuple[str, str]]:
    """The columns of how records stand, by the name that `coverage.Share` has for them."""
    return [
        ("count", _("全部")),
        ("fresh", _("確認が新しい")),
        ("old", _("確認が古い")),
        ("never", _("確認の日がない")),
        ("voice_only", _("連絡は電話だけ")),
        ("anyone", _("どなたでも")),
        ("mainly", _("おもに対象の方")),
        ("only", _("対象の方だけ")),
    ]


def day_in_words(day: date) -> str:
    """A day as people write it."""
    return _("{year}年{month}月{day}日").format(year=day.year, month=day.month, day=day.day)


def definitions(fresh_days: int) -> list[tuple[str, str]]:
    """What is counted, term by term."""
    return [
        (_("数えるもの"), _("その日に公開されている社会資源です。下書きと、募集などの終わったものは数えません。")),
        (
            _("圏域"),
            _(
                "その圏域の人が使えるものの数です。小学校区のものは、それを含む圏域にも数えます。"
                "いくつかの圏域のためのものは、それぞれに1件ずつ数えます。市全体のためのものは入れません。"
            ),
        ),
        (_("市全体"), _("市のどこに住んでいても使えるものの数です。")),
        (
            _("合計"),
            _("全部の数です。いくつの圏域や分野にまたがるものも、1件と数えます。たてや横の足し算とは合いません。"),
        ),
        (
            _("不足"),
            _("圏域にあるものが0件か1件の分野です。1件は、そこがなくなると何もなくなるという意味で入れています。"),
        ),
        (
            _("曜日・時間帯"),
            _(
                "登録された開いている時間から数えます。午前は12時より前、午後は12時から18時まで、夜は18時からです。"
                "月に1回だけ開くところも、その曜日に数えます。"
            ),
        ),
        (
            _("確認が新しい・古い"),
            _("最後に確かめた日から{days}日以内なら新しい、それより前なら古いと数えます。").format(days=fresh_days),
        ),
        (_("連絡は電話だけ"), _("電話のほかに連絡の方法が書かれていないものです。")),
        (_("来てよい人"), _("登録された「来てよい人」のとおりです。")),
        (
            _("居場所から遠い町"),
            _(
                "町の中に居場所がなく、町の地点から直線で{km}km以内にもない町です。"
                "町の地点は、その町にある社会資源の位置の平均です。ないときは、その町が入る圏域の代表点を使います。"
                "どちらもない町は「地点が分からない」に入れます。道のりではないので、目安として見てください。"
            ).format(km=f"{NEAR_KM:g}"),
        ),
        (_("前の月との差"), _("残してある前の月の終わりの数との差です。")),
    ]
