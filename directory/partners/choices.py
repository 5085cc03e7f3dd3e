"""Closed lists of the contact points; the values are stored and exported."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Way(models.TextChoices):
    """How a unit would rather be reached."""

    PHONE = "phone", _("電話")
    MAIL = "mail", _("メール")
    FAX = "fax", _("FAX")
    VISIT = "visit", _("来所")
    ANY = "any", _("どれでもよい")


class Consent(models.TextChoices):
    """Whether a person's consent is needed before they are introduced."""

    NEEDED = "needed", _("本人の同意を得てから")
    NOT_YET = "not_yet", _("同意がまだでも相談できる（名前は言わずに）")
    DUTY = "duty", _("同意がなくても連絡する（虐待・命の危険）")
    ASK = "ask", _("迷ったら、まず電話で")


class Meeting(models.TextChoices):
    """Meetings to which an office is invited by its role. No agenda and no case is kept anywhere."""

    COORDINATION = "coordination", _("重層的支援会議")
    CONFIDENTIAL = "confidential", _("支援会議")
    COMMUNITY_CARE = "community_care", _("地域ケア会議")
    LIVELIHOOD = "livelihood", _("支援調整会議（生活困窮）")
    DISABILITY = "disability", _("協議会（障害）")
    CHILDREN = "children", _("要保護児童対策地域協議会")
    SUICIDE = "suicide", _("自殺対策の連絡会")
    EMPLOYMENT = "employment", _("就労支援の連絡会")


class ConfirmedBy(models.TextChoices):
    """By what means a contact was confirmed."""

    PHONE = "phone", _("電話")
    MAIL = "mail", _("メール")
    MEETING = "meeting", _("会って")
    SELF = "self", _("その機関からの届け出")


class Role(models.TextChoices):
    """What a pack's list asks for: the codes of `Programme`, a closed list by 社会福祉法第106条の4第2項."""

    ADVICE_CARE = "1-i", _("第1号イ 相談（介護）")
    ADVICE_DISABILITY = "1-ro", _("第1号ロ 相談（障害）")
    ADVICE_CHILDREN = "1-ha", _("第1号ハ 相談（子ども）")
    ADVICE_LIVELIHOOD = "1-ni", _("第1号ニ 相談（生活困窮）")
    PARTICIPATION = "2", _("第2号 参加支援")
    COMMUNITY = "3", _("第3号 地域づくり")
    COMMUNITY_PREVENTION = "3-i", _("第3号イ 地域づくり（介護予防）")
    COMMUNITY_SUPPORT = "3-ro", _("第3号ロ 地域づくり（生活支援）")
    COMMUNITY_DISABILITY = "3-ha", _("第3号ハ 地域づくり（障害）")
    COMMUNITY_CHILDREN = "3-ni", _("第3号ニ 地域づくり（子育て）")
    OUTREACH = "4", _("第4号 アウトリーチ")
    COOPERATION = "5", _("第5号 多機関協働")
    PLAN = "6", _("第6号 支援プラン")


class Direction(models.TextChoices):
    """Who does what by a notice."""

    WE_SEND = "we_send", _("市からお渡しするもの")
    YOU_SEND = "you_send", _("そちらからいただきたいもの")
    CALL = "call", _("だれに、いつ連絡するか")
    TOGETHER = "together", _("いっしょにすること")


class FulfilledBy(models.TextChoices):
    """How one knows that a duty was done."""

    DELIVERY = "delivery", _("一式を届けたとき")
    RECORD = "record", _("職員が記録したとき")
    NONE = "none", _("記録しない")


class Rank(models.TextChoices):
    """What a person of a partner may do."""

    LEAD = "lead", _("代表")
    MEMBER = "member", _("メンバー")


class ChangeKind(models.TextChoices):
    """What happened to a contact point."""

    NEW = "new", _("新しく加わりました")
    CHANGED = "changed", _("変わりました")
    ENDED = "ended", _("なくなりました")


class Format(models.TextChoices):
    """The forms in which a pack is handed over."""

    SENT = "sent", _("市から届けた")
    PAGE = "page", _("ページ")
    EXCEL = "excel", _("Excel")
    CSV = "csv", _("CSV")
    PRINT = "print", _("印刷")


class ProposalState(models.TextChoices):
    """What became of a proposal."""

    WAITING = "waiting", _("市が確かめています")
    ACCEPTED = "accepted", _("反映しました")
    ANSWERED = "answered", _("お返事があります")


class Act(models.TextChoices):
    """What the trail tells of."""

    SIGNED_IN = "signed_in", _("ログイン")
    SIGN_IN_FAILED = "sign_in_failed", _("ログインの失敗")
    LOCKED_OUT = "locked_out", _("ログインの一時停止")
    SIGNED_OUT = "signed_out", _("ログアウト")
    FACTOR_SET = "factor_set", _("二段階の確認を登録")
    FACTOR_RESET = "factor_reset", _("二段階の確認を取り消し")
    PASSWORD_SET = "password_set", _("パスワードを変更")
    VIEWED = "viewed", _("閲覧")
    EXPORTED = "exported", _("書き出し")
    CONFIRMED = "confirmed", _("確認")
    PROPOSED = "proposed", _("変更の届け出")
    DECIDED = "decided", _("届け出への答え")
    CHANGED = "changed", _("登録内容の変更")
    DELIVERED = "delivered", _("情報を届けた")
    RECEIVED = "received", _("受け取りの確認")
    INVITED = "invited", _("招待")
    JOINED = "joined", _("参加")
    MEMBER_CHANGED = "member_changed", _("メンバーの変更")
    NOTIFIED = "notified", _("お知らせメール")
    DENIED = "denied", _("見られないページへのアクセス")
    CLEANED = "cleaned", _("古い記録の消去")
