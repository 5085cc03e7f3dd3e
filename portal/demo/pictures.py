"""Plain pictures for the demo, drawn by code: shapes that claim to be nothing but a drawing."""

from __future__ import annotations

from io import BytesIO

from django.core.files.images import ImageFile
from PIL import Image, ImageDraw
from wagtail.images import get_image_model

WIDTH, HEIGHT = 1200, 800
SKY, GROUND, LINE, WARM, LEAF, WATER = "#e8f1fe", "#dff0e3", "#264653", "#f4a261", "#6aa67c", "#9cc7e8"


def picture(motif: str, origin: str) -> object:
    """The stored image of a motif (house, bench, river, phone, tea, path); drawn on first use."""
    title = f"デモの絵 {motif}"
    model = get_image_model()
    known = model.objects.filter(title=title, tags__name=origin).first()
    if known:
        return known
    buffer = BytesIO()
    draw(motif).save(buffer, "PNG")
    image = model(title=title, file=ImageFile(BytesIO(buffer.getvalue()), name=f"demo-{motif}.png"))
    image.save()
    image.tags.add(origin)
    return image


def draw(motif: str) -> Image.Image:
    """Draw one motif on sky and ground."""
    image = Image.new("RGB", (WIDTH, HEIGHT), SKY)
    pen = ImageDraw.Draw(image)
    pen.ellipse((940, 90, 1060, 210), fill=WARM)
    pen.rectangle((0, 560, WIDTH, HEIGHT), fill=GROUND)
    {"house": _house, "bench": _bench, "river": _river, "phone": _phone, "tea": _tea, "path": _path}[motif](pen)
    return image


def _tree(pen: ImageDraw.ImageDraw, x: int, base: int = 600) -> None:
    pen.rectangle((x - 12, base - 90, x + 12, base), fill=LINE)
    pen.ellipse((x - 90, base - 260, x + 90, base - 70), fill=LEAF)


def _house(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((360, 340, 780, 620), fill="white", outline=LINE, width=8)
    pen.polygon([(310, 350), (570, 170), (830, 350)], fill=WARM, outline=LINE)
    pen.rectangle((530, 450, 620, 620), fill=LEAF, outline=LINE, width=6)
    for x in (410, 670):
        pen.rectangle((x, 410, x + 70, 480), fill=WATER, outline=LINE, width=6)
    _tree(pen, 980)
    _tree(pen, 190)


def _bench(pen: ImageDraw.ImageDraw) -> None:
    _tree(pen, 300)
    pen.rectangle((430, 470, 900, 500), fill=WARM, outline=LINE, width=5)
    pen.rectangle((430, 540, 900, 575), fill=WARM, outline=LINE, width=5)
    for x in (470, 840):
        pen.rectangle((x, 470, x + 18, 660), fill=LINE)


def _river(pen: ImageDraw.ImageDraw) -> None:
    pen.polygon([(520, 560), (680, 560), (1000, HEIGHT), (200, HEIGHT)], fill=WATER)
    pen.arc((260, 430, 940, 830), 180, 360, fill=LINE, width=22)
    pen.line((260, 625, 940, 625), fill=LINE, width=18)
    _tree(pen, 130)
    _tree(pen, 1080)


def _phone(pen: ImageDraw.ImageDraw) -> None:
    pen.rounded_rectangle((480, 150, 720, 660), 40, fill="white", outline=LINE, width=10)
    pen.rounded_rectangle((505, 215, 695, 575), 8, fill=WATER)
    pen.ellipse((575, 592, 625, 642), outline=LINE, width=8)
    pen.rounded_rectangle((535, 270, 665, 350), 24, fill="white")
    pen.rounded_rectangle((535, 390, 640, 460), 24, fill=WARM)


def _tea(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((180, 540, 1020, 580), fill=WARM, outline=LINE, width=6)
    for x in (340, 700):
        pen.rounded_rectangle((x, 430, x + 160, 540), 24, fill="white", outline=LINE, width=8)
        pen.arc((x + 20, 300, x + 80, 420), 60, 300, fill=LINE, width=6)
        pen.arc((x + 80, 300, x + 140, 420), 240, 120, fill=LINE, width=6)


def _path(pen: ImageDraw.ImageDraw) -> None:
    pen.polygon([(560, 560), (640, 560), (860, HEIGHT), (340, HEIGHT)], fill="#f3e4cf")
    for x in (160, 360, 860, 1060):
        _tree(pen, x)
