"""Where something is: codes of municipalities, whole addresses and their parts, coordinates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from .cells import is_nothing
from .dates import folded

PREFECTURES = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
]
PREFECTURE = re.compile("|".join(PREFECTURES))
# 市 within a name of a city (市川市, 四日市市, 野々市市, 廿日市市), 郡 within one (郡山市, 大和郡山市, 小郡市, 蒲郡市), 村, 町 too.
CITY = re.compile(
    r"(?:(?:四日市|野々市|廿日市|市川|市原|八日市場)市|(?:大和郡山|郡山|小郡|蒲郡)市"
    r"|(?:余市|高市|[^市区町村郡0-9]{1,6})郡(?:玉村|大町|村田|余市|[^市区町村0-9]{1,7})[町村]"
    r"|(?:東村山|武蔵村山|羽村|村山|村上|田村|大村|町田|十日町|大町)市"
    r"|[^市区町村0-9]{1,7}市(?:[^市区町村0-9]{1,4}区)?|[^市区町村0-9]{1,5}区|[^市区町村0-9]{1,7}[町村])"
)
# The land with all of its islands: from 沖ノ鳥島 to 択捉島, from 与那国島 to 南鳥島.
SOUTH, NORTH, WEST, EAST = 20.0, 46.0, 122.0, 154.0
LONGEST_ADDRESS = 300
CODE_WEIGHTS = (6, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True)
class Address:
    """An address in parts; what could not be parted is in `rest`."""

    prefecture: str = ""
    city: str = ""
    rest: str = ""


@lru_cache(maxsize=2048)
def code_of(text: str) -> str:
    """A 全国地方公共団体コード of six digits, its check digit right. Empty where it is none.

    Lost zeros in front and a check digit that was left out are put back (weights 6, 5, 4, 3, 2, modulo 11; 総務省).
    """
    bare = re.sub(r"\.0+$", "", folded(text).strip())
    if not re.fullmatch(r"\d{4,6}", bare):
        return ""
    if len(bare) == 6:
        return bare if _checked(bare[:5]) == bare else ""
    # With five digits either the zero is lost or the check digit; the check digit tells which.
    if len(bare) == 5 and _checked(f"0{bare[:4]}") == f"0{bare}" and 1 <= int(f"0{bare[0]}") <= 9:
        return f"0{bare}"
    head = bare.zfill(5)
    return _checked(head) if 1 <= int(head[:2]) <= 47 else ""


def _checked(head: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(head, CODE_WEIGHTS, strict=True))
    # 11 less the rest; of 10 and 11 the last digit.
    return f"{head}{(11 - total % 11) % 10}"


@lru_cache(maxsize=256)
def address_of(text: str) -> Address:
    """A whole address in its parts, the prefecture and the municipality only where they are surely there."""
    rest = text.strip()
    if len(rest) > LONGEST_ADDRESS:
        return Address(rest=rest)
    rest = re.sub(r"^〒?\s*\d{3}[-‐－ー−]?\d{4}\s*", "", rest) if rest.startswith("〒") else rest
    known = PREFECTURE.match(rest)
    prefecture = known[0] if known else ""
    rest = rest.removeprefix(prefecture).strip()
    found = CITY.match(rest) if prefecture or re.match(r"[^0-9０-９]{1,8}[市区]", rest) or "郡" in rest[:8] else None
    city = found[0] if found else ""
    return Address(prefecture, city, rest.removeprefix(city).strip())


def split_town(rest: str) -> tuple[str, str]:
    """What stands before the first number of an address without prefecture and city, and the rest with it: 本町 and 1-2."""
    found = re.search(r"[0-9０-９]", rest)
    if found is None:
        return rest.strip(), ""
    return rest[: found.start()].strip(), rest[found.start() :].strip()


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
HIDDEN = re.compile(
    r"(?:住所|所在地|番地|場所)[^。、]{0,8}(?:非公開|未公開|公開し(?:ません|ない|ていません|ていない))|以下(?:非|未)公開"
)


def undated(block: str) -> str:
    """A block that a spreadsheet took for a date, as it was: 3月7日 of 3-7, Jan-43 of 1-43, 2003/3/1 of 3-3-1; else empty."""
    bare = folded(block).strip()
    if found := re.fullmatch(r"(\d{1,2})月(\d{1,2})日", bare):
        return f"{found[1]}-{found[2]}"
    if (found := re.fullmatch(r"([A-Za-z]{3})-(\d{1,2})", bare)) and found[1].lower() in MONTHS:
        return f"{MONTHS.index(found[1].lower()) + 1}-{int(found[2])}"
    if (found := re.fullmatch(r"(\d{1,2})-([A-Za-z]{3})", bare)) and found[2].lower() in MONTHS:
        return f"{MONTHS.index(found[2].lower()) + 1}-{int(found[1])}"
    if found := re.fullmatch(r"20(\d\d)/(\d{1,2})/(\d{1,2})", bare):
        return f"{int(found[1])}-{found[2]}-{found[3]}"
    return ""


def coordinates_of(lat: str, lon: str) -> tuple[str, str, str]:
    """Latitude and longitude, and what is to be said of them: "" (right), "exchanged" (mended), "unknown" (0), "wrong" (dropped)."""
    if is_nothing(lat, zero=True) and is_nothing(lon, zero=True):
        return "", "", ""
    try:
        north, east = _degrees(lat), _degrees(lon)
    except ValueError:
        return "", "", "wrong"
    if _in_japan(north, east):
        return _plain(north), _plain(east), ""
    if _in_japan(east, north):
        return _plain(east), _plain(north), "exchanged"
    return "", "", "wrong"


def _degrees(text: str) -> float:
    bare = folded(text).strip().rstrip("°度")
    if found := re.fullmatch(r"(\d{1,3})[°度:]\s*(\d{1,2})['分:′]\s*(\d{1,2}(?:\.\d+)?)[\"秒″]?", bare):
        degrees, minutes, seconds = (float(part) for part in found.groups())
        return degrees + minutes / 60 + seconds / 3600
    return float(bare)


def _plain(number: float) -> str:
    return f"{number:.8f}".rstrip("0").rstrip(".")


def _in_japan(lat: float, lon: float) -> bool:
    return SOUTH <= lat <= NORTH and WEST <= lon <= EAST
