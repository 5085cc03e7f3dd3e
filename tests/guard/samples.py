"""Files as honest and as hostile people upload them."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

from PIL import Image

SCRIPT = b"<html><script>document.title='pwned'</script></html>"
JS = b"=1;document.title='pwned';"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
TYPES = {
    "docx": ("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"),
    "pptx": (
        "ppt/presentation.xml",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
    ),
}
OPEN = {
    "odt": b"application/vnd.oasis.opendocument.text",
    "ods": b"application/vnd.oasis.opendocument.spreadsheet",
    "odp": b"application/vnd.oasis.opendocument.presentation",
}


def zipped(parts: dict[str, bytes]) -> bytes:
    """A zip of these parts, in this order."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return buffer.getvalue()


def office(kind: str, *, contents: str = "", **parts: bytes) -> bytes:
    """A Word, Excel or PowerPoint file; `contents` is added to its list of types, dots in names of parts are slashes."""
    main, called = TYPES[kind]
    listed = f'<Types><Override PartName="/{main}" ContentType="{called}"/>{contents}</Types>'.encode()
    return zipped({"[Content_Types].xml": listed, main: b"<x/>", **parts})


def opened(kind: str, **parts: bytes) -> bytes:
    """An OpenDocument file."""
    return zipped({"mimetype": OPEN[kind], "content.xml": b"<x/>", **parts})


def bomb() -> bytes:
    """A Word file of a few hundred kB that unpacks to 300 MB."""
    return office("docx", **{"word/media/x.bin": bytes(300 * 1024 * 1024)})


def many_parts() -> bytes:
    """A Word file of thousands of empty parts."""
    return office("docx", **{f"word/{number:0100d}": b"" for number in range(12_000)})


def picture(kind: str, size: tuple[int, int] = (120, 80), **options: object) -> bytes:
    """A picture with something in it."""
    image = Image.effect_mandelbrot(size, (-2, -1.5, 1, 1.5), 60).convert("RGB")
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def moving(frames: int, size: tuple[int, int] = (8, 8)) -> bytes:
    """A GIF of so many frames, each of which differs from the one before."""
    images = [Image.new("P", size, number % 250) for number in range(frames)]
    buffer = BytesIO()
    images[0].save(buffer, "GIF", save_all=True, append_images=images[1:], optimize=False)
    return buffer.getvalue()


def growing() -> bytes:
    """A GIF whose second frame says that it is a thousand times as wide and high as the first."""
    content = bytearray(moving(2))
    second = content.rindex(b"\x2c\x00\x00\x00\x00")
    content[second + 5 : second + 9] = struct.pack("<HH", 11_000, 11_000)
    return bytes(content)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">L", len(content)) + name + content + struct.pack(">L", zlib.crc32(name + content))


def png(width: int, height: int, rows: bytes) -> bytes:
    """A PNG in black and white of a size that its header says, whatever its rows hold."""
    header = struct.pack(">LLBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")
    )


def polyglots() -> dict[str, bytes]:
    """A picture of each type that is also a page or a script, by name."""
    # The width of the GIF is "/*" in its header: up to the end of the comment it says "GIF89a = 1".
    gif = b"GIF89a" + moving(1, (10_799, 1))[6:]
    assert gif.startswith(b"GIF89a/*")
    return {
        "poly.gif": gif + b"*/" + JS,
        "poly.png": picture("PNG") + SCRIPT,
        "poly.jpg": picture("JPEG", comment=SCRIPT) + SCRIPT,
        "poly.webp": picture("WEBP") + SCRIPT,
        "poly.avif": picture("AVIF") + SCRIPT,
    }


def huge_png() -> bytes:
    """20,000 × 20,000 pixels in 49 kB: honest, and 400 MB when decoded."""
    return png(20_000, 20_000, bytes((20_000 // 8 + 1) * 20_000))


def _flipped(content: bytes) -> bytes:
    changed = bytearray(content)
    for place in range(len(changed) // 4, len(changed), max(len(changed) // 23, 1)):
        changed[place] ^= 0xFF
    return bytes(changed)


def _head_flipped(content: bytes) -> bytes:
    changed = bytearray(content)
    for place in range(12, 36):
        changed[place] ^= 0x5A
    return bytes(changed)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut at 90 %": lambda content: content[: len(content) * 90 // 100],
    "cut at 50 %": lambda content: content[: len(content) // 2],
    "cut at 20 %": lambda content: content[: len(content) // 5],
    "cut to its name": lambda content: content[:16],
    "bytes flipped": _flipped,
    "header flipped": _head_flipped,
    "middle missing": lambda content: content[: len(content) // 3] + content[len(content) * 2 // 3 :],
    "zeros inside": lambda content: content[:60] + bytes(len(content) - 60),
}
KINDS = {"JPEG": "jpg", "PNG": "png", "GIF": "gif", "WEBP": "webp", "AVIF": "avif"}


def damaged() -> list[tuple[str, str, bytes]]:
    """Forty damaged pictures: what is wrong, a name, the content."""
    found = []
    for kind, ending in KINDS.items():
        whole = picture(kind, (600, 400)) if kind != "GIF" else moving(12, (90, 60))
        for damage, change in DAMAGES.items():
            found.append((f"{kind}, {damage}", f"damaged.{ending}", change(whole)))
    return found
