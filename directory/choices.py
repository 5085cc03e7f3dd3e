"""Closed lists of the register; what differs from city to city is a table, not a choice."""

from functools import lru_cache

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def label_of(choice: models.Choices) -> str:
    """The label of a choice in the language in use. Looking one up anew takes longer than anything else of a document."""
    return label_in(choice, get_language())


# Choices of two kinds may have the same value.
@lru_cache(maxsize=2_048, typed=True)
def label_in(choice: models.Choices, language: str | None) -> str:
    """The label of a choice, for whoever has asked which language is in use (for another one this is not the way)."""
    return str(choice.label)


class Kind(models.TextChoices):
    """The kinds of resource; the value is the `kind` of addresses, facets and files."""

    DESK = "desk", _("相談窓口")
    PLACE = "place", _("居場所")
    VOLUNTEER = "volunteer", _("ボランティア")
    WORK = "work", _("就労")


KIND_DESCRIPTIONS = {
    Kind.DESK: _("話を聞いて、いっしょに考えてくれるところ"),
    Kind.PLACE: _("行くだけでもよい、人とゆるやかに過ごせるところ"),
    Kind.VOLUNTEER: _("だれかの役に立つこと、手伝ってほしいこと"),
    Kind.WORK: _("少しずつ始める仕事、自分に合った働き方"),
}


class ChannelKind(models.TextChoices):
    """Ways to get in touch."""

    PHONE = "phone", _("電話")
    FAX = "fax", _("FAX")
    MAIL = "mail", _("メール")
    WEB = "web", _("ホームページ")
    FORM = "form", _("申し込みフォーム")
    LINE = "line", _("LINE")
    CHAT = "chat", _("チャット")
    SIGNLINK = "signlink", _("手話リンク")
    LETTER = "letter", _("手紙")
    VISIT = "visit", _("直接たずねる")


WITHOUT_VOICE = frozenset(ChannelKind) - {ChannelKind.PHONE}


class Eligibility(models.TextChoices):
    """Who may come."""

    ANYONE = "anyone", _("どなたでも")
    MAINLY = "mainly", _("おもに対象の方（ほかの方もどうぞ）")
    ONLY = "only", _("対象の方だけ")


class Audience(models.TextChoices):
    """Whom a resource is made for (after the 受益者種別 of GIF DS-491-1)."""

    ELDERLY = "elderly", _("高齢の方")
    DISABLED = "disabled", _("障害のある方")
    CHILDREN = "children", _("子ども")
    YOUTH = "youth", _("若い方")
    PARENTS = "parents", _("子育て中の方")
    CARERS = "carers", _("介護や看病をしている方")
    WOMEN = "women", _("女性")
    MEN = "men", _("男性")
    FOREIGNERS = "foreigners", _("外国人の方")
    JOBSEEKERS = "jobseekers", _("仕事を探している方")
    EMPLOYERS = "employers", _("事業所・お店の方")
    NEIGHBOURS = "neighbours", _("ご近所・地域の方")
    BEREAVED = "bereaved", _("大切な人を亡くした方")


class Cost(models.TextChoices):
    """What it costs to come."""

    FREE = "free", _("無料")
    PARTLY = "partly", _("一部有料")
    PAID = "paid", _("有料")
    UNKNOWN = "unknown", _("お問い合わせください")


class Language(models.TextChoices):
    """Languages in which one can talk there."""

    JA = "ja", _("日本語")
    EASY_JA = "easy_ja", _("やさしい日本語")
    EN = "en", _("英語")
    ZH = "zh", _("中国語")
    PT = "pt", _("ポルトガル語")
    VI = "vi", _("ベトナム語")
    KO = "ko", _("韓国・朝鮮語")
    TL = "tl", _("フィリピノ語")
    NE = "ne", _("ネパール語")
    ES = "es", _("スペイン語")
    SIGN = "sign", _("手話")


class Access(models.TextChoices):
    """Accessibility facts; what is not named is not known to be there."""

    WHEELCHAIR = "wheelchair", _("車いすで入れる")
    SLOPE = "slope", _("段差なし・スロープ")
    ELEVATOR = "elevator", _("エレベーター")
    TOILET = "accessible_toilet", _("車いす用トイレ")
    PARKING = "parking", _("駐車場")
    WRITING = "writing", _("筆談")
    HEARING_LOOP = "hearing_loop", _("ヒアリングループ")
    QUIET_ROOM = "quiet_room", _("静かな部屋")
    NURSING_ROOM = "nursing_room", _("授乳・おむつ替え")
    ONLINE = "online", _("オンラインで参加・相談")
    HOME_VISIT = "home_visit", _("家まで来てくれる")


class Booking(models.TextChoices):
    """Whether one has to book."""

    NOT_NEEDED = "not_needed", _("予約なしで行けます")
    RECOMMENDED = "recommended", _("予約しておくと安心です")
    REQUIRED = "required", _("予約が必要です")
    UNKNOWN = "unknown", _("分かっていません")


class HolidayPolicy(models.TextChoices):
    """What a rule does on a national holiday."""

    CLOSED = "closed", _("祝日は休み")
    OPEN = "open", _("祝日も開く")
    ONLY = "only", _("祝日だけ開く")


class VerifiedBy(models.TextChoices):
    """By what means somebody confirmed an entry."""

    PHONE = "phone", _("電話で確認")
    VISIT = "visit", _("訪問して確認")
    LETTER = "letter", _("書面で確認")
    WEB = "web", _("公式サイトで確認")
    SELF = "self", _("団体からの届け出")


class Insurance(models.TextChoices):
    """Insurance of volunteers."""

    COVERED = "covered", _("こちらで加入します")
    SELF = "self", _("ご自分で加入してください")
    NONE = "none", _("ありません")
    UNKNOWN = "unknown", _("お問い合わせください")


class Pathway(models.TextChoices):
    """Kinds of ways into work."""

    EXPERIENCE = "experience", _("就労体験")
    PREPARATION = "preparation", _("就労準備")
    INTERMEDIATE = "intermediate", _("中間的就労")
    TYPE_B = "type_b", _("就労継続支援Ｂ型")
    SHORT_TIME = "short_time", _("短時間の仕事")
    SILVER = "silver", _("シルバー人材センター")
    REGULAR = "regular", _("一般就労")


class Pay(models.TextChoices):
    """What one receives for the work."""

    WAGE = "wage", _("給料")
    PIECE = "piece", _("工賃")
    SHARE = "share", _("配分金")
    NONE = "none", _("なし（体験）")


class Surface(models.TextChoices):
    """Whether a type of institution has public desks or only staff-only contact points."""

    PUBLIC = "public", _("公開")
    STAFF = "staff", _("職員だけ")


class TypeRole(models.TextChoices):
    """What part a type of institution plays in answers; the four kinds to go to are named as `Kind` names them."""

    EVERYTHING = "everything", _("何でも相談できる窓口（どこに聞けばよいか分からない人へ）")
    SECTION = "section", _("市役所の担当課（どの課かは、書かれたことばで選ぶ）")
    INTERPRETER = "interpreter", _("ほかの言語で話せる窓口")
    CRISIS = "crisis", _("だれでもかけられる、つらいときの電話・チャット")
    EMERGENCY = "emergency", _("いま危ないときの電話（110・119）")
    PLACE = "place", _("行って過ごすところ（居場所の中から選ぶ）")
    VOLUNTEER = "volunteer", _("人を手伝う活動（ボランティアの中から選ぶ）")
    WORK = "work", _("働くところ・働く練習をするところ（就労の中から選ぶ）")
    ACTIVITY = "activity", _("行って参加するところ（どの一覧からも選ぶ）")

    __empty__ = _("相談を受ける窓口")


# Where one goes rather than asks: the asked days decide there, and the best hit leads instead of a desk.
SOUGHT = frozenset({TypeRole.PLACE, TypeRole.VOLUNTEER, TypeRole.WORK, TypeRole.ACTIVITY})


class NeedRole(models.TextChoices):
    """What a need means for the answers beside the types of institution that answer it."""

    WHERE = "where", _("どこに相談してよいか分からない（何でも相談できる窓口を先に出す）")
    SECTION = "section", _("市役所の手続き（どの課かは、書かれたことばで選ぶ）")
    LANGUAGE = "language", _("日本語で困っている（ほかの言語で話せる窓口を選ぶときに使う）")
    GIVES_HELP = "gives-help", _("人を手伝いたい")
    WANTS_HELP = "wants-help", _("手伝ってほしい")
    SUDDEN = "sudden", _("急なこと（「相談先をさがす」のいちばん上に出す）")

    __empty__ = _("ふつうの困りごと")


class TopicRole(models.TextChoices):
    """How a topic of danger stands beside the others."""

    ALWAYS = "always", _("いのちのこと（もっと軽い話題だけで答えない）")
    AFTERWARDS = "afterwards", _("いのちが失われた後のこと（いのちのことばがあっても、この話題を先にしてよい）")
    CALM = "calm", _("危険ではない（帯を出さない）")

    __empty__ = _("ふつうの話題")


class Weekday(models.IntegerChoices):
    """Days of the week as Python counts them."""

    MON = 0, _("月")
    TUE = 1, _("火")
    WED = 2, _("水")
    THU = 3, _("木")
    FRI = 4, _("金")
    SAT = 5, _("土")
    SUN = 6, _("日")


class Nth(models.IntegerChoices):
    """Which one of the month; -1 is the last."""

    FIRST = 1, _("第1")
    SECOND = 2, _("第2")
    THIRD = 3, _("第3")
    FOURTH = 4, _("第4")
    FIFTH = 5, _("第5")
    LAST = -1, _("最終")


class SynonymLayer(models.TextChoices):
    """How close the words of a group are."""

    SPELLING = "spelling", _("書き方のちがい")
    NAME = "name", _("略称・旧称・通称")
    PARAPHRASE = "paraphrase", _("言いかえ")


class PhraseLanguage(models.TextChoices):
    """Languages of phrases."""

    JA = "ja", _("日本語")
    EASY = "yasashii", _("やさしい日本語・ひらがな")
    EN = "en", _("英語")
    ZH = "zh", _("中国語")
    PT = "pt", _("ポルトガル語")
    VI = "vi", _("ベトナム語")


class Speaker(models.TextChoices):
    """Who says it."""

    PERSON = "person", _("本人")
    FAMILY = "family", _("家族")
    CHILD = "child", _("子ども")
    NEIGHBOUR = "neighbour", _("近所の人")
    EMPLOYER = "employer", _("職場の人")


class Side(models.TextChoices):
    """From which side somebody tells of a danger: who is hurt, and who speaks."""

    ME = "me", _("本人（大人）")
    CHILD = "child", _("本人（子ども）")
    FAMILY = "family", _("家族・友だち")
    NEIGHBOUR = "neighbour", _("近所・学校・職場の人")
    DOER = "doer", _("してしまう側の人")
    WORK = "work", _("仕事や学びで調べている人")
    PAST = "past", _("昔のこと・のこされた人")


class CallBand(models.TextChoices):
    """Whether the urgent lines must stand above the answers to a call."""

    YES = "yes", _("出る")
    NO = "no", _("出ない")
    ANY = "either", _("どちらでもよい")


class Patient(models.TextChoices):
    """Whom a line of a band is for, where children and grown-ups have lines of their own."""

    CHILD = "child", _("子どものことのとき")
    ADULT = "adult", _("大人のことのとき")


class CheckEvery(models.IntegerChoices):
    """How often somebody is asked whether an entry is still right, in months."""

    MONTH = 1, _("毎月")
    QUARTER = 3, _("3か月ごと")
    HALF = 6, _("6か月ごと")
    YEAR = 12, _("1年ごと")
    NEVER = 0, _("確認しない")


class ConfirmBy(models.TextChoices):
    """How an organisation is asked."""

    MAIL = "mail", _("メール")
    SHEET = "sheet", _("確認票（紙・FAX）")
    PHONE = "phone", _("電話")


class FactGroup(models.TextChoices):
    """What is confirmed together."""

    CONTACT = "contact", _("連絡先・場所")
    HOURS = "hours", _("日時")
    WHO = "who", _("対象")
    COST = "cost", _("費用")


class Confirmer(models.TextChoices):
    """In what role somebody said that an entry is right, or what is wrong; never a name."""

    ORGANISATION = "group", _("団体（メール・確認票の番号から）")
    EDITOR = "editor", _("編集者")
    PHONE = "phone", _("電話")
    FAX = "fax", _("FAX・確認票")
    SITE = "site", _("現地")


# What a page says of how an entry was confirmed in each role.
SAID_BY: dict[Confirmer, VerifiedBy] = {
    Confirmer.ORGANISATION: VerifiedBy.SELF,
    Confirmer.EDITOR: VerifiedBy.WEB,
    Confirmer.PHONE: VerifiedBy.PHONE,
    Confirmer.FAX: VerifiedBy.LETTER,
    Confirmer.SITE: VerifiedBy.VISIT,
}


class Step(models.IntegerChoices):
    """The rungs of the ladder of an entry that nobody confirms, from the lowest."""

    FRESH = 0, _("確認の日はまだ先")
    DUE = 1, _("確認をお願いする")
    REMINDER = 2, _("もう一度お願いする")
    CALL = 3, _("電話で確かめる")
    LABELLED = 4, _("ページに「確認できていません」と出ている")
    DEMOTED = 5, _("検索で後ろに出ている")
    SUGGESTED = 6, _("載せるのを休むか決める")


class Decision(models.TextChoices):
    """What became of a proposed change."""

    WAITING = "waiting", _("まだ答えていない")
    TAKEN = "taken", _("取り入れた")
    DECLINED = "declined", _("取り入れなかった")


class PhoneState(models.TextChoices):
    """How far a call has come."""

    TODO = "todo", _("これから")
    TAKEN = "taken", _("係が持っている")
    MISSED = "missed", _("つながらなかった")
    REACHED = "reached", _("つながった")
    CONFIRMED = "confirmed", _("確かめた")


class PhoneWay(models.TextChoices):
    """How somebody tried to reach an organisation."""

    PHONE = "phone", _("電話")
    FAX = "fax", _("FAX")
    MAIL = "mail", _("メール")
    VISIT = "visit", _("たずねた")
