"""What single cells mean: telephone numbers, postal codes, yes and no, costs, who may come. Nothing is guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from directory.choices import Audience, Booking, Cost, Eligibility

from .dates import folded

# A cell that says that there is nothing to say; `0` is one where a number of zero makes no sense (NOTHING_BUT_ZERO).
NOTHING = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "~",
        "なし",
        "無し",
        "無",
        "不明",
        "未定",
        "該当なし",
        "非公開",
        "未公開",
        "以下未公開",
        "以下非公開",
        "※以下未公開",
        "※以下非公開",
        "null",
        "none",
        "n/a",
        "nan",
        "#n/a",
        "―",
    }
)
LONGEST_NOTHING = 8
# Longer texts are no values; and what looks for values in them would need the square of their length.
LONGEST_VALUE = 1_000
# What a channel holds is 300 characters; https:// may be put before it.
LONGEST_LINK = 290
NOTHING_BUT_ZERO = NOTHING | {"0", "0.0", "00"}

YES = frozenset(
    {
        "有",
        "有り",
        "あり",
        "ある",
        "可",
        "可能",
        "可能です",
        "○",
        "〇",
        "◯",
        "◎",
        "●",
        "はい",
        "1",
        "true",
        "yes",
        "y",
        "対応",
        "対応可",
        "レ",
        "✓",
        "✔",
        "実施",
    }
)
NO = frozenset(
    {
        "無",
        "無し",
        "なし",
        "ない",
        "不可",
        "否",
        "×",
        "✕",
        "✗",
        "x",
        "いいえ",
        "0",
        "false",
        "no",
        "n",
        "非対応",
        "対応不可",
        "未対応",
        "未実施",
    }
)

PHONE = re.compile(r"(?<!\d)(?:\(?0\d{1,4}\)?[-~ ]?\(?\d{1,4}\)?[-~ ]?\d{3,4}|#\d{4}|[1-9]\d{2})(?!\d)")
# A number that lost the zero in front when a spreadsheet took it for an amount.
WITHOUT_ZERO = re.compile(r"(?<!\d)[1-9]\d{0,4}[- ]\d{1,4}[- ]\d{3,4}(?!\d)|(?<!\d)[1-9]\d{8,9}(?!\d)")
EXTENSION = re.compile(
    r"(?:\(?\s*内線(?:番号)?|\(?\s*ext\.?)\s*[:.]?\s*(\d{1,6}(?:\s*[・,、~_-]\s*\d{1,6})*)\s*\)?", re.IGNORECASE
)
FAX = re.compile(r"fax|ファックス|ファクス|ファクシミリ|(?<![a-z])f\s*[:.]", re.IGNORECASE)
TELEPHONE = re.compile(r"(?:tel|電話(?:番号)?|でんわ|直通|代表)\s*[:.]?|(?<![a-z])t\s*[:.]", re.IGNORECASE)
MOST_DIGITS_OF_NOTE = 3
TOGETHER = "_"
SHORT = frozenset({"110", "118", "119", "171", "188", "189"})

POSTAL = re.compile(r"(\d{3})-?(\d{4})")
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
LINK = re.compile(r"(?:https?://|www\.)[^\s、。「」<>\"]+", re.ASCII | re.IGNORECASE)

FREE = re.compile(
    r"(?:参加費|費用|利用料|使用料|入場料|料金|会費)?\s*[:は]?\s*(?:無料|無償|0円|¥0|ただ|不要|かかりません)(?:です)?"
)
AMOUNT = re.compile(r"(?:¥\s*(\d[\d,]*)|(\d[\d,]*)\s*円)")
PARTLY = re.compile(r"一部|実費|材料費|教材費|場合|ただし|以外|減免|免除|別途|有料あり")

ANYONE = re.compile(
    r"(?:どなた|誰|だれ)でも(?:可|参加できます|利用できます|どうぞ|利用可能?|参加可能?)?|制限なし|問わない|不問|一般|全市民|市民|町民|村民|区民"
)
AUDIENCES: tuple[tuple[Audience, str], ...] = (
    (Audience.ELDERLY, r"高齢者|お年寄り|シニア|(?:6[05]|7[05])歳以上"),
    (Audience.DISABLED, r"障がい(?:者|児)|障害(?:者|児)|障(?:害|がい)のある"),
    (Audience.CHILDREN, r"子ども(?!.{0,3}(?:親|保護者))|こども|児童|小学生|中学生|小中学生|幼児|乳幼児"),
    (Audience.YOUTH, r"若者|青少年|高校生|大学生"),
    (Audience.PARENTS, r"保護者|子育て中|親子|妊産婦|妊婦|ひとり親"),
    (Audience.CARERS, r"介護者|介護をしている|家族介護"),
    (Audience.WOMEN, r"女性"),
    (Audience.FOREIGNERS, r"外国人|外国籍"),
    (Audience.JOBSEEKERS, r"求職者|仕事を探している"),
)
ONLY = re.compile(r"のみ|限る|限ります|限定|に限り")

NOT_NEEDED = re.compile(
    r"予約(?:は)?(?:不要|なし|いりません|必要ありません)|申込(?:み)?(?:は)?(?:不要|なし)|不要|当日(?:直接|参加)(?:可|会場へ)?"
)
REQUIRED = re.compile(r"(?:完全)?予約制|(?:要|事前)(?:に)?(?:予約|申込み?)|予約(?:が)?必要|必要|要")


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone or fax number as it is dialled, with what stands beside it (内線 12, 代表)."""

    kind: str
    value: str
    note: str = ""
    repaired: bool = False


def is_nothing(text: str, zero: bool = False) -> bool:
    """Whether a cell says that nothing is known; `zero`: 0 says so too (in numbers, addresses, links)."""
    return len(text) <= LONGEST_NOTHING and folded(text).strip().lower() in (NOTHING_BUT_ZERO if zero else NOTHING)


def numbers_of(text: str, kind: str = "phone") -> tuple[list[Number], str]:
    """The telephone numbers of a cell, and what of it is none of them.

    Several in one cell, full-width digits, brackets, 内線, （代）, a FAX beside the telephone, a zero in front that was lost.
    """
    if is_nothing(text, zero=True):
        return [], ""
    if len(text) > LONGEST_VALUE:
        return [], text
    rest = re.sub(r"[ \u3000]+", " ", folded(text))
    found: list[Number] = []
    unread: list[str] = []
    # Several extensions of one number stay together.
    rest = EXTENSION.sub(lambda match: re.sub(r"[・,、]", TOGETHER, match[0]), rest)
    for piece in re.split(r"\s*(?:[、,;/\n・]|または|又は|及び)\s*", rest):
        if not piece:
            continue
        numbers, left = _piece(piece, kind)
        if not numbers and found and (extension := EXTENSION.fullmatch(piece.strip())):
            found[-1] = Number(
                found[-1].kind, found[-1].value, f"内線{extension[1].replace(TOGETHER, '・')}", found[-1].repaired
            )
            continue
        if not numbers and left in SHORT:
            numbers, left = [Number(kind, left)], ""
        found += numbers
        if left:
            unread.append(left)
        if numbers and numbers[-1].kind != kind and not FAX.search(piece):
            kind = numbers[-1].kind
    return list(dict.fromkeys(found)), " ".join(unread)


def _piece(piece: str, kind: str) -> tuple[list[Number], str]:
    """Numbers of what stands between two separators; a word before a number says what it is."""
    numbers: list[Number] = []
    extension = EXTENSION.search(piece)
    if extension:
        piece = piece[: extension.start()] + " " + piece[extension.end() :]
    position, words = 0, []
    for match in _matches(piece):
        before = piece[position : match.start()]
        position = match.end()
        this = "fax" if FAX.search(before) else "phone" if TELEPHONE.search(before) else kind
        words.append(TELEPHONE.sub(" ", FAX.sub(" ", before)))
        repaired = not match[0].startswith(("0", "(0", "#"))
        value = dialled(f"0{match[0]}" if repaired else match[0])
        numbers.append(Number(this, value, repaired=repaired))
    words.append(piece[position:])
    left = re.sub(r"[\s()\[\]:]+", " ", " ".join(words)).strip(" -~")
    if numbers:
        note = "代表" if left in {"代", "代表"} else left[:60]
        if extension:
            note = f"{note} 内線{extension[1].replace(TOGETHER, '・')}".strip()
        if len(re.findall(r"\d", left)) >= MOST_DIGITS_OF_NOTE:
            # Half a number is no remark about the other one.
            return numbers, left
        last = numbers[-1]
        numbers[-1] = Number(last.kind, last.value, note, last.repaired)
        left = ""
    return numbers, left


def _matches(piece: str) -> list[re.Match[str]]:
    found = [match for match in PHONE.finditer(piece) if len(re.sub(r"\D", "", match[0])) >= 10 or match[0][0] == "#"]
    found = [match for match in found if match[0][0] == "#" or len(re.sub(r"\D", "", match[0])) <= 11]
    return found or [match for match in WITHOUT_ZERO.finditer(piece) if len(re.sub(r"\D", "", match[0])) in {9, 10}]


def dialled(text: str) -> str:
    """A number with hyphens between its parts; where none are written, only those that every such number has."""
    text = re.sub(r"[()~ -]+", "-", text).strip("-")
    digits = text.replace("-", "")
    if text.startswith("#") or text.count("-") >= 2:
        return text
    if re.match(r"0[5789]0", digits) and len(digits) == 11:
        return f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"
    if digits.startswith(("0120", "0570", "0800")):
        cut = 7 if len(digits) == 10 else 8
        return f"{digits[:4]}-{digits[4:cut]}-{digits[cut:]}"
    if "-" in text:
        return text
    if text.startswith(("03", "06")) and len(text) == 10:
        return f"{text[:2]}-{text[2:6]}-{text[6:]}"
    return text


def postal_code_of(text: str) -> str:
    """A postal code as 123-4567; with one digit less it lost the zero in front (6 digits). Empty where it is none."""
    bare = re.sub(r"[〒\s]|^郵便番号:?", "", folded(text))
    if re.fullmatch(r"\d{6}", bare):
        bare = f"0{bare}"
    found = POSTAL.fullmatch(bare)
    return f"{found[1]}-{found[2]}" if found else ""


def mails_of(text: str) -> list[str]:
    """Mail addresses of a cell; （アット） and ★ for @ are what keeps robots off, and no address."""
    found = MAIL.findall(folded(text[:LONGEST_VALUE]))
    return list(dict.fromkeys(mail for mail in found if len(mail) <= LONGEST_LINK))


def links_of(text: str) -> list[str]:
    """Addresses of pages of a cell; what begins with www. gets https."""
    found = [link.rstrip(".,)") for link in LINK.findall(folded(text[:LONGEST_VALUE]))]
    found = [link for link in found if len(link) <= LONGEST_LINK]
    return list(dict.fromkeys(link if "://" in link else f"https://{link}" for link in found))


def yes_no(text: str) -> bool | None:
    """Whether a cell says yes (有, ○, 可, 1) or no (無, ×, 不可, 0); None where it says neither. Raises ValueError for others."""
    bare = folded(text).strip().lower()
    if bare in YES:
        return True
    if bare in NO:
        return False
    if bare in NOTHING or bare in {"△", "要確認", "要相談", "応相談"}:
        return None
    raise ValueError(text)


def cost_of(text: str) -> tuple[Cost, str]:
    """What it costs: 無料 and 0円 are free; an amount or 有料 is paid; with 実費, 材料費, 一部 it is partly so.

    The words stay a note.
    """
    bare = folded(text).strip()
    if is_nothing(bare):
        return Cost.UNKNOWN, ""
    note = text.strip()
    if len(bare) > LONGEST_VALUE:
        return Cost.UNKNOWN, note
    if FREE.fullmatch(bare) or bare == "0":
        return Cost.FREE, ""
    amounts = [int((one or other).replace(",", "")) for one, other in AMOUNT.findall(bare)]
    if re.fullmatch(r"\d[\d,]*", bare):
        return Cost.PAID, f"{bare}円"
    if "無料" in bare:
        return Cost.PARTLY, note
    if PARTLY.search(bare):
        return Cost.PARTLY, note
    if "有料" in bare or any(amounts):
        return Cost.PAID, "" if bare in {"有料", "有料です"} else note
    return Cost.UNKNOWN, note


def who_of(text: str) -> tuple[Eligibility, list[Audience], str]:
    """Who may come: どなたでも is anyone; told groups are only for them where 「のみ」 is said, else mainly. The words stay a note."""
    bare = folded(text).strip()
    if is_nothing(bare):
        return Eligibility.ANYONE, [], ""
    if ANYONE.fullmatch(bare):
        return Eligibility.ANYONE, [], ""
    audiences = [audience for audience, pattern in AUDIENCES if re.search(pattern, bare)]
    level = Eligibility.ONLY if ONLY.search(bare) else Eligibility.MAINLY
    if ANYONE.search(bare) and not ONLY.search(bare) and not audiences:
        level = Eligibility.ANYONE
    return level, audiences, text.strip()


def booking_of(text: str) -> Booking:
    """Whether one has to book, where the words say so."""
    bare = folded(text).strip()
    if bare in {"不要", "無", "なし", "×"} or NOT_NEEDED.search(bare):
        # 「持ち帰りは要予約。食事は不要」: one word for both would be wrong.
        return Booking.UNKNOWN if REQUIRED.search(NOT_NEEDED.sub("", bare)) else Booking.NOT_NEEDED
    if bare in {"要", "必要", "有", "あり", "○", "必須"} or REQUIRED.search(bare):
        return Booking.REQUIRED
    return Booking.UNKNOWN


def whole_number(text: str) -> int | None:
    """A whole number with or without 人, 名, 時間, 円; None where it is none."""
    found = re.fullmatch(
        r"(?:約|定員)?\s*(\d[\d,]*)(?:\.0+)?\s*(?:人|名|時間|円|台|席|組)?(?:程度|まで)?", folded(text).strip()
    )
    return int(found[1].replace(",", "")) if found else None
