"""What text from forms and files must not contain."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Line breaks and tabs are what people type; the rest of the control and format characters is never seen by a reader.
_TYPED = frozenset("\n\r\t")


# What word processors and old systems end a line with.
_BREAKS = re.compile("\r\n|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def visible(text: str, line_break: str = "\n") -> str:
    """Text from a form as its writer sees it: breaks of other programs become `line_break`, what nobody sees goes."""
    text = _BREAKS.sub(line_break, text)
    return "".join(
        character
        for character in text
        if character in _TYPED or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
    )


def validate_visible(text: str) -> None:
    """Refuse characters that nobody sees and that change what is seen: control characters, direction marks, lone halves.

    Raises ValidationError.
    """
    hidden = {
        f"U+{ord(character):04X}"
        for character in text
        if unicodedata.category(character) in {"Cc", "Cf", "Cs"} and character not in _TYPED
    }
    if hidden:
        raise ValidationError(
            _("目に見えない文字が入っています（%(characters)s）。消してから保存してください。"),
            params={"characters": "、".join(sorted(hidden))},
            code="hidden",
        )


def validate_number(text: str) -> None:
    """A telephone number has digits. Raises ValidationError."""
    if not any(character.isdigit() for character in text):
        raise ValidationError(_("番号に数字がありません。"), code="number")
