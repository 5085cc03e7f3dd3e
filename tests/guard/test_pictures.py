"""What comes in as a picture, what is made of it, and what is served."""

from __future__ import annotations

import gc
from io import BytesIO
from pathlib import Path

import PIL.Image
import pytest
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.images.models import Image, Rendition
from wagtail.models import UploadedFile

from guard import policy
from portal.filters import responsive_image
from tests.guard import doors, samples
from tests.guard.doors import content_of

pytestmark = pytest.mark.django_db

BROKEN, PIXELS, FRAMES, FORMAT, TYPE, SIZE = (
    "画像を読み取れませんでした",
    "縦と横が大きすぎます",
    "動く画像が長すぎる",
    "合っていません",
    "この種類の画像は載せられません",
    "大きすぎます",
)
JPEG = samples.picture("JPEG", (600, 400))
REFUSED: dict[str, tuple[str, bytes, str]] = {
    "honest and huge": ("x.png", samples.huge_png(), PIXELS),
    "a little too huge": ("x.png", samples.png(10_000, 6_001, bytes(1251 * 6_001)), PIXELS),
    "a header that lies": ("x.png", samples.png(60_000, 60_000, b"x"), PIXELS),
    "too many frames": ("x.gif", samples.moving(policy.MOST_FRAMES + 1), FRAMES),
    "frames too large together": ("x.gif", samples.moving(30, (1500, 1500)), FRAMES),
    "a second frame that is huge": ("x.gif", samples.growing(), FRAMES),
    "too many bytes": ("x.jpg", JPEG + bytes(policy.LARGEST_PICTURE), SIZE),
    "nothing": ("x.png", b"", "中身がありません"),
    "another format than its name": ("x.png", JPEG, FORMAT),
    "a page called png": ("x.html.png", samples.SCRIPT, BROKEN),
    "png behind a page": ("x.png", samples.SCRIPT + samples.picture("PNG"), BROKEN),
    "a drawing with a script": ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", TYPE),
    "a drawing called png": ("x.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", BROKEN),
    "a page by its name": ("x.png.html", samples.picture("PNG"), TYPE),
    "a format that is not on the list": ("x.bmp", samples.picture("BMP"), TYPE),
    "that format under another name": ("x.jpg", samples.picture("TIFF"), BROKEN),
    "PostScript": ("x.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", BROKEN),
    **{f"JPEG cut at {share} %": ("x.jpg", JPEG[: len(JPEG) * share // 100], BROKEN) for share in (99, 90, 50, 20)},
}


@pytest.mark.parametrize("case", REFUSED)
def test_should_refuse_at_the_field(editor_client: Client, case: str) -> None:
    name, content, words = REFUSED[case]
    assert words in doors.PICTURES["add"](editor_client, doors.named(name, content, "image/png"))
    assert not Image.objects.exclude(title__startswith="デモの絵").exists()


@pytest.mark.parametrize("door", doors.PICTURES)
def test_should_refuse_at_each_door(editor_client: Client, door: str) -> None:
    for case in ("honest and huge", "JPEG cut at 50 %", "a drawing called png", "too many bytes", "too many frames"):
        name, content, words = REFUSED[case]
        assert words in doors.PICTURES[door](editor_client, doors.named(name, content)), case
    assert not UploadedFile.objects.exists()
    assert not Image.objects.filter(title="試験").exists()


@pytest.mark.parametrize("kind", samples.KINDS)
def test_should_answer_every_damage_with_words_or_a_picture_that_shows(editor_client: Client, kind: str) -> None:
    refused = 0
    cases = [case for case in samples.damaged() if case[0].startswith(f"{kind},")]
    assert len(cases) == 8
    for case, name, content in cases:
        said = doors.PICTURES["multiple"](editor_client, doors.named(name, content))
        refused += bool(said)
        if said:
            assert BROKEN in said or PIXELS in said, case
        else:
            assert Image.objects.latest("pk").get_rendition("width-320|format-webp").width, case
    assert refused >= 5


def test_should_have_forty_damaged_pictures() -> None:
    assert len({content for _case, _name, content in samples.damaged()}) == 40


@pytest.mark.parametrize("name", samples.polyglots())
def test_should_leave_nothing_of_what_else_a_picture_is(editor_client: Client, client: Client, name: str) -> None:
    content = samples.polyglots()[name]
    said = doors.PICTURES["add"](editor_client, doors.named(name, content, "text/html"))
    if said:
        assert BROKEN in said
        return
    image = Image.objects.get(title="試験")
    assert client.get(f"/media/{image.file.name}").status_code == 404
    for spec in ("width-100|format-webp", "original", "max-165x165"):
        answer = client.get(image.get_rendition(spec).url)
        assert b"pwned" not in content_of(answer)
        assert answer["Content-Type"] == "image/webp"


HONEST: dict[str, bytes] = {
    "写真.jpg": JPEG,
    "写真.JPEG": samples.picture("JPEG", progressive=True),
    "図.png": samples.picture("PNG"),
    "絵.webp": samples.picture("WEBP"),
    "絵.avif": samples.picture("AVIF"),
    "動き.gif": samples.moving(policy.MOST_FRAMES),
    "x.html.png": samples.picture("PNG"),
    "長" * 251 + ".png": samples.picture("PNG"),
    "½∕‥.png": samples.picture("PNG"),
}


@pytest.mark.parametrize("door", doors.PICTURES)
def test_should_take_what_honest_people_upload(editor_client: Client, door: str) -> None:
    for name, content in HONEST.items():
        assert doors.PICTURES[door](editor_client, doors.named(name, content)) == "", name
    for image in Image.objects.exclude(title__startswith="デモの絵"):
        assert image.get_rendition("width-320|format-webp").width <= 320
        assert Path(image.file.name).parent.name == "original_images"
        assert Path(image.file.name).name.count(".") == 1


def test_should_take_a_phones_picture_and_several_in_one(editor_client: Client) -> None:
    one, buffer = PIL.Image.new("RGB", (40, 30), "red"), BytesIO()
    one.save(buffer, "MPO", save_all=True, append_images=[one.copy()])
    assert doors.PICTURES["add"](editor_client, doors.named("IMG_0001.JPG", buffer.getvalue())) == ""
    large = samples.png(9_000, 6_600, bytes(1126 * 6_600))
    assert doors.PICTURES["add"](editor_client, doors.named("large.png", large)) == ""


@pytest.mark.parametrize("kind", samples.KINDS)
def test_should_say_nothing_of_where_a_photo_was_taken(kind: str) -> None:
    exif = PIL.Image.Exif()
    exif[0x010E] = "planted-secret"
    options = {} if kind == "GIF" else {"exif": exif}
    name = f"photo.{samples.KINDS[kind]}"
    image = Image.objects.create(title="写真", file=ContentFile(samples.picture(kind, **options), name=name))
    for spec in ("width-100", "original", "max-165x165"):
        with open(image.get_rendition(spec).file.path, "rb") as file:
            assert b"planted-secret" not in file.read()


@pytest.mark.filterwarnings("ignore:unclosed file", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_should_keep_a_picture_until_its_title_is_given(editor_client: Client) -> None:
    assert doors.PICTURES["multiple, no title"](editor_client, doors.named("x.html.png", HONEST["図.png"])) == ""
    kept = UploadedFile.objects.get()
    assert Client().get(f"/media/{kept.file.name}").status_code == 404
    prefix = f"uploaded-image-{kept.pk}"
    answer = editor_client.post(
        f"/admin/images/multiple/create_from_uploaded_image/{kept.pk}/",
        {f"{prefix}-title": "あとから", f"{prefix}-tags": "", f"{prefix}-collection": "1", f"{prefix}-description": ""},
    )
    assert answer.json()["success"]
    assert Image.objects.get(title="あとから").width == 120
    # Wagtail leaves the file of the last step open.
    gc.collect()


@pytest.fixture
def stored() -> Image:
    """A picture of the library."""
    return Image.objects.create(title="あるもの", file=ContentFile(samples.picture("PNG"), name="stored.png"))


def test_should_serve_what_was_made_for_pages_and_nothing_else(stored: Image, client: Client) -> None:
    rendition = stored.get_rendition("width-50|format-webp")
    answer = client.get(rendition.url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/webp"
    assert answer["Content-Security-Policy"] == policy.SANDBOX
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "max-age=" in answer["Cache-Control"]
    assert content_of(answer) == Path(rendition.file.path).read_bytes()
    again = client.get(rendition.url, headers={"If-Modified-Since": answer["Last-Modified"]})
    assert again.status_code == 304
    assert again["Content-Security-Policy"] == policy.SANDBOX
    assert client.post(rendition.url).status_code == 405
    head = client.head(rendition.url)
    assert (head.status_code, content_of(head)) == (200, b"")
    for address in (
        stored.file.url,
        f"/media/images/../{stored.file.name}",
        f"/media/images/%2e%2e/{stored.file.name}",
        f"/media//{stored.file.name}",
        f"/media/images/../../media/{stored.file.name}",
        "/media/images/",
        "/media/images/nothing.png",
        "/media/images/x%00.png",
    ):
        assert client.get(address).status_code in {400, 404}, address


@pytest.mark.parametrize("name", ["page.html", "script.js", "drawing.svg", "page.html.gz", "none", "secret.key"])
def test_should_serve_no_other_type_from_the_folder_of_pictures(settings: object, client: Client, name: str) -> None:
    folder = Path(settings.MEDIA_ROOT) / "images"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(samples.SCRIPT)
    assert client.get(f"/media/images/{name}").status_code == 404
    # Nor is it ever sent as what it is where its name says picture.
    (folder / "lie.png").write_bytes(samples.SCRIPT)
    lie = client.get("/media/images/lie.png")
    assert content_of(lie) == samples.SCRIPT
    assert (lie["Content-Type"], lie["Content-Security-Policy"]) == ("image/png", policy.SANDBOX)


@pytest.fixture(params=["not a picture at all", "cut", "huge", "gone"])
def damaged(request: pytest.FixtureRequest, stored: Image) -> Image:
    """A picture that lies in the library and cannot be read any more."""
    file = Path(stored.file.path)
    content = {
        "not a picture at all": samples.SCRIPT,
        "cut": file.read_bytes()[:300],
        "huge": samples.huge_png(),
        "gone": b"",
    }[request.param]
    file.write_bytes(content)
    if not content:
        file.unlink()
    Rendition.objects.filter(image=stored).delete()
    return Image.objects.get(pk=stored.pk)


def test_should_live_with_a_damaged_picture(damaged: Image, editor_client: Client, client: Client) -> None:
    assert responsive_image(damaged, alt="絵") == ""
    for address in (
        "/admin/images/",
        "/admin/images/?layout=list",
        "/admin/images/chooser/",
        f"/admin/images/chooser/chosen/{damaged.pk}/",
        f"/admin/images/chooser/{damaged.pk}/select_format/",
        f"/admin/images/chooser/chosen-multiple/?id={damaged.pk}",
        f"/admin/images/{damaged.pk}/",
        f"/admin/images/usage/{damaged.pk}/",
        f"/admin/images/{damaged.pk}/delete/",
        f"/admin/api/main/images/{damaged.pk}/",
    ):
        assert editor_client.get(address).status_code in {200, 302}, address
    # And can be replaced.
    data = {"title": "あるもの", "collection": "1", "tags": "", "description": ""}
    answer = editor_client.post(f"/admin/images/{damaged.pk}/", {**data, "file": doors.named("new.jpg", JPEG)})
    assert answer.status_code == 302
    assert Image.objects.get(pk=damaged.pk).get_rendition("width-50").width == 50
