"""全国地方公共団体コード: six digits, of which the first two are the prefecture's and the last one checks the others.

The rule of the check digit is that of the Ministry of Internal Affairs and Communications (全国地方公共団体コード仕様): the first five
digits times 6, 5, 4, 3, 2 are added up; eleven less what remains of the sum by eleven, of which the last digit counts.
"""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext as _

# In the order of their numbers, 01 to 47 (JIS X 0401).
_NAMES = (
    "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 富山県 "
    "石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 "
    "岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県"
)
PREFECTURES = tuple(_NAMES.split())
WEIGHTS = (6, 5, 4, 3, 2)
LENGTH = 6


class CodeError(ValueError):
    """A code that cannot be right; the message says what to do."""


def check_digit(first_five: str) -> str:
    """The sixth digit of a code."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first_five, strict=True))
    return str((11 - total % 11) % 10)


def prefecture_number(name: str) -> str:
    """The two digits of a prefecture, "" for what is none."""
    return f"{PREFECTURES.index(name) + 1:02}" if name in PREFECTURES else ""


def read_code(text: str, prefecture: str) -> tuple[str, str]:
    """A code as somebody wrote it: the code with all six digits, and what was repaired, in words ("" for nothing).

    Spreadsheets drop the zero in front, and many lists go without the check digit; the prefecture tells which of both is
    missing. Raises CodeError.
    """
    digits = unicodedata.normalize("NFKC", text).replace("-", "").replace(" ", "").strip()
    if not (digits.isascii() and digits.isdigit()):
        raise CodeError(_("6けたの数字で書いてください。"))
    number = prefecture_number(prefecture)
    candidates = (
        (digits, ""),
        (f"0{digits}", _("先頭の0をおぎなって、{code} にしました。")),
        (f"{digits}{_check(digits)}", _("最後の検査数字をおぎなって、{code} にしました。")),
        (f"0{digits}{_check(f'0{digits}')}", _("先頭の0と最後の検査数字をおぎなって、{code} にしました。")),
    )
    for code, repaired in candidates:
        if len(code) == LENGTH and code.startswith(number) and _check(code[:-1]) == code[-1]:
            return code, repaired.format(code=code)
    if len(digits) != LENGTH:
        raise CodeError(_("6けたの数字で書いてください（いまは{count}けたです）。").format(count=len(digits)))
    if not digits.startswith(number):
        raise CodeError(
            _("{prefecture}のコードは {number} で始まります。都道府県かコードを直してください。").format(
                prefecture=prefecture, number=number
            )
        )
    raise CodeError(
        _("検査数字が合いません（この番号なら、最後は {digit} です）。どのけたも確かめてください。").format(
            digit=_check(digits[:-1])
        )
    )


def _check(first_five: str) -> str:
    return check_digit(first_five) if len(first_five) == len(WEIGHTS) else ""
