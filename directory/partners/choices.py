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
