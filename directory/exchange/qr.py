"""QR codes as pictures that stand in the page itself."""

from __future__ import annotations

from dataclasses import dataclass

import segno

# The quiet zone that readers expect around the code, in modules.
BORDER = 4
PIXELS_A_MODULE = 4


@dataclass(frozen=True, slots=True)
class QrCode:
    """What an `<img>` needs. Dark on white in every colour scheme: many readers know nothing else."""

    src: str
    size: int


def qr_code(text: str) -> QrCode:
    """The code of an address; it can still be read with a fold or a stain on it (15 %)."""
    code = segno.make(text, error="m", micro=False)
    return QrCode(
        src=code.svg_data_uri(border=BORDER, dark="#000", light="#fff"),
        size=int(code.symbol_size(scale=PIXELS_A_MODULE, border=BORDER)[0]),
    )
