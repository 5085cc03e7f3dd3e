"""What comes in as a document, and what becomes of it."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.documents.models import Document
from wagtail.models import UploadedFile

from guard import policy
from tests.guard import doors, samples

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_file_yet(db: None) -> None:
    """The demo has files of its own."""
    Document.objects.all().delete()


HARMLESS = ""
TYPE, CONTENT, MACROS, TEXT, FORMULA, SIZE = (
    "この種類のファイルは載せられません",
    "合っていないか、こわれています",
    "マクロ",
    "文字だけのファイルとして読めません",
    "式として動くセル",
    "大きすぎます",
)
HTML_CSV = b"name,note\n<script>document.title='pwned'</script>,x\n"


@dataclass(frozen=True)
class Hostile:
    """A file, and how it is refused; where it is not, it lies in the library and must do nothing."""

    name: str
    content: bytes
    refused: str = HARMLESS
    content_type: str = "application/octet-stream"


TABLE: dict[str, Hostile] = {
    # Pages and scripts by their names.
    "a page": Hostile("pwn.html", samples.SCRIPT, TYPE, "text/html"),
    "a script": Hostile("pwn.js", samples.JS, TYPE, "text/javascript"),
    "a drawing with a script": Hostile("pwn.svg", b"<svg onload='alert(1)'/>", TYPE, "image/svg+xml"),
    "a page of many names": Hostile("pwn.xhtml", samples.SCRIPT, TYPE),
    "a feed": Hostile("pwn.xml", samples.SCRIPT, TYPE),
    "a style": Hostile("pwn.css", b"body{display:none}", TYPE, "text/css"),
    "a program": Hostile("pwn.exe", b"MZ\x90", TYPE),
    "a zip": Hostile("pwn.zip", samples.zipped({"a.html": samples.SCRIPT}), TYPE, "application/zip"),
    "an old office file": Hostile("pwn.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", TYPE),
    "no ending": Hostile("pwn", samples.SCRIPT, TYPE),
    "a double ending": Hostile("x.pdf.html", samples.PDF, TYPE, "application/pdf"),
    "a hidden name": Hostile(".pdf", samples.PDF),
    "a wrong declared type": Hostile("pwn.html", samples.PDF, TYPE, "application/pdf"),
    # Pages and scripts by their content, each of the allowed types.
    "a page called pdf": Hostile("pwn.pdf", samples.SCRIPT, CONTENT, "application/pdf"),
    "pdf behind a page": Hostile("pwn.pdf", samples.SCRIPT + samples.PDF, CONTENT, "application/pdf"),
    "pdf and page": Hostile("pwn.pdf", samples.PDF + samples.SCRIPT, content_type="text/html"),
    "pdf and script": Hostile("pwn.pdf", b"%PDF-" + samples.JS, content_type="text/javascript"),
    "docx behind a page": Hostile("pwn.docx", samples.SCRIPT + samples.office("docx"), CONTENT),
    "docx and page": Hostile("pwn.docx", samples.office("docx") + samples.SCRIPT, CONTENT),
    "docx with a page in it": Hostile("pwn.docx", samples.office("docx", **{"a.html": samples.SCRIPT})),
    "a zip called docx": Hostile("pwn.docx", samples.zipped({"a.html": samples.SCRIPT}), CONTENT),
    "xlsx called docx": Hostile("pwn.docx", samples.office("xlsx"), CONTENT),
    "odt called ods": Hostile("pwn.ods", samples.opened("odt"), CONTENT),
    "odt without its type": Hostile("pwn.odt", samples.zipped({"content.xml": b"<x/>"}), CONTENT),
    "parts that climb": Hostile("pwn.docx", samples.office("docx", **{"../../x.html": samples.SCRIPT}), CONTENT),
    "csv with a page": Hostile("pwn.csv", HTML_CSV, content_type="text/html"),
    "csv with a formula": Hostile("pwn.csv", b"a,b\n1,=cmd|' /C calc'!A0\n", FORMULA, "text/csv"),
    "csv with a link": Hostile("pwn.csv", '名前,"=HYPERLINK(""https://x.example"")"'.encode(), FORMULA, "text/csv"),
    "ics with a page": Hostile("pwn.ics", b"BEGIN:VCALENDAR\n" + samples.SCRIPT, content_type="text/html"),
    "a page called ics": Hostile("pwn.ics", samples.SCRIPT, CONTENT, "text/calendar"),
    "txt with a page": Hostile("pwn.txt", samples.SCRIPT, content_type="text/html"),
    "txt that is a program": Hostile("pwn.txt", b"MZ\x00\x01\x02", TEXT, "text/plain"),
    "txt with escapes": Hostile("pwn.txt", b"\x1b]0;pwned\x07", TEXT, "text/plain"),
    # Macros.
    "macros": Hostile("pwn.docx", samples.office("docx", **{"word/vbaProject.bin": b"x"}), MACROS),
    "macros under another name": Hostile(
        "pwn.xlsx", samples.office("xlsx", contents='<x ContentType="application/vnd.ms-office.vbaProject"/>'), MACROS
    ),
    "old macros": Hostile("pwn.xlsx", samples.office("xlsx", **{"xl/macrosheets/sheet1.xml": b"x"}), MACROS),
    "macros in what is embedded": Hostile(
        "pwn.pptx", samples.office("pptx", **{"ppt/embeddings/a.xlsm": b"x"}), MACROS
    ),
    "macros of LibreOffice": Hostile("pwn.odt", samples.opened("odt", **{"Basic/Standard/Module1.xml": b"x"}), MACROS),
    # Sizes.
    "nothing": Hostile("pwn.pdf", b"", "中身がありません"),
    "too large": Hostile("pwn.pdf", samples.PDF + bytes(policy.LARGEST_DOCUMENT), SIZE),
    "unpacks to 300 MB": Hostile("pwn.docx", samples.bomb(), CONTENT),
    "thousands of parts": Hostile("pwn.docx", samples.many_parts(), CONTENT),
    "a cut zip": Hostile("pwn.docx", samples.office("docx")[:-30], CONTENT),
    # Names.
    "quotes": Hostile("a\"b'c`<img src=x>.pdf", samples.PDF),
    "slashes": Hostile("../../etc/passwd\\..\\x.pdf", samples.PDF),
    "bidi": Hostile("invoice\u202efdp.lmth.pdf", samples.PDF),
    "lines": Hostile("a\r\nSet-Cookie: x=1\r\n.pdf", samples.PDF, TYPE),
    "long": Hostile("x" * 251 + ".pdf", samples.PDF),
    "long in bytes": Hostile("長" * 251 + ".pdf", samples.PDF),
    "two endings": Hostile("x.html.pdf", samples.PDF),
    "NUL": Hostile("x.html\x00.pdf", samples.PDF),
    "dots": Hostile("....pdf", samples.PDF),
}


def _every_answer(client: Client, document: Document) -> list[Any]:
    """What addresses that could hold the file answer; the first is the one that must."""
    stored = document.file.name
    return [
        client.get(address)
        for address in (
            document.url,
            f"/media/{quote(stored)}",
            f"/media/{stored}",
            f"/media/images/../{quote(stored)}",
            f"/media/images/%2e%2e/{quote(stored)}",
            f"/static/../media/{quote(stored)}",
            f"/{quote(stored)}",
        )
    ]


@pytest.mark.parametrize("case", TABLE)
def test_should_refuse_what_is_hostile_or_let_it_do_nothing(editor_client: Client, case: str) -> None:
    hostile = TABLE[case]
    file = doors.named(hostile.name, hostile.content, hostile.content_type)
    said = doors.DOCUMENTS["add"](editor_client, file)
    if hostile.refused:
        assert hostile.refused in said
        assert not Document.objects.exists()
        return
    assert said == ""
    document = Document.objects.get()
    name = Path(document.file.name).name
    assert len(name.encode()) <= 255
    assert not set(name) & set("\"'`<>/\\\r\n\x00\u202e"), name
    assert name.count(".") == 1
    answer, *others = _every_answer(Client(), document)
    assert answer.status_code == 200
    assert doors.content_of(answer) == hostile.content
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert answer["Content-Security-Policy"] == "default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == policy.DOCUMENT_TYPES[name.rpartition(".")[2]]
    assert {other.status_code for other in others} == {404}


# One of each way to be wrong, at each door.
AT_EACH_DOOR = ("a page", "pdf behind a page", "macros", "txt that is a program", "too large", "nothing")


@pytest.mark.parametrize("door", doors.DOCUMENTS)
def test_should_refuse_at_each_door(editor_client: Client, door: str) -> None:
    for case in AT_EACH_DOOR:
        hostile = TABLE[case]
        before = Document.objects.count()
        said = doors.DOCUMENTS[door](editor_client, doors.named(hostile.name, hostile.content, hostile.content_type))
        assert hostile.refused in said, case
        assert said
        assert Document.objects.count() - before == (1 if door == "replace" else 0)
        assert not Document.objects.exclude(file__contains="before").exists()
    assert not UploadedFile.objects.exists()


@pytest.mark.parametrize("name", ["長" * 251 + ".pdf", "a\"b'c.pdf", "x.html.pdf", "名簿½.pdf"])
@pytest.mark.parametrize("door", doors.DOCUMENTS)
def test_should_take_any_name_at_each_door(editor_client: Client, door: str, name: str) -> None:
    assert doors.DOCUMENTS[door](editor_client, doors.named(name, samples.PDF)) == ""


HONEST: dict[str, bytes] = {
    "案内.pdf": samples.PDF,
    "案内.docx": samples.office("docx", **{"word/media/image1.png": samples.picture("PNG")}),
    "一覧.xlsx": samples.office("xlsx", **{"xl/printerSettings/printerSettings1.bin": b"x"}),
    "説明.pptx": samples.office("pptx"),
    "案内.odt": samples.opened("odt"),
    "一覧.ods": samples.opened("ods"),
    "説明.odp": samples.opened("odp"),
    "一覧.csv": "名前,電話,備考\n窓口,+81-3-0000-0000,-5\n相談,@yorozu,=（未定）\n".encode(),
    "エクセル.csv": "名前,電話\n窓口,0000-00-0000\n".encode("cp932"),
    "メモ.txt": "\ufeffこんにちは\r\n".encode(),
    "メモ帳.txt": "こんにちは\r\n".encode("utf-16"),
    "予定.ics": b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n",
}


@pytest.mark.parametrize("door", doors.DOCUMENTS)
def test_should_take_what_honest_people_upload(editor_client: Client, door: str) -> None:
    for name, content in HONEST.items():
        assert doors.DOCUMENTS[door](editor_client, doors.named(name, content)) == "", name
    if door == "multiple, no title":
        assert UploadedFile.objects.count() == len(HONEST)
    else:
        assert Document.objects.count() == len(HONEST)


@pytest.mark.filterwarnings("ignore:unclosed file", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_should_keep_a_file_until_its_title_is_given(editor_client: Client) -> None:
    door = doors.DOCUMENTS["multiple, no title"]
    assert door(editor_client, doors.named("x.html.pdf", samples.PDF)) == ""
    kept = UploadedFile.objects.get()
    assert Client().get(f"/media/{kept.file.name}").status_code == 404
    prefix = f"uploaded-document-{kept.pk}"
    answer = editor_client.post(
        f"/admin/documents/multiple/create_from_uploaded_document/{kept.pk}/",
        {f"{prefix}-title": "あとから", f"{prefix}-tags": "", f"{prefix}-collection": "1"},
    )
    assert answer.json()["success"]
    assert Document.objects.get(title="あとから").filename.startswith("x_html")
    # Wagtail leaves the file of the last step open.
    gc.collect()


def test_should_let_nothing_in_by_the_api_of_the_admin(editor_client: Client) -> None:
    for kind in ("documents", "images"):
        for method in ("post", "put", "patch"):
            data = {"file": doors.named("x.pdf", samples.PDF), "title": "x"}
            answer = getattr(editor_client, method)(f"/admin/api/main/{kind}/", data)
            assert answer.status_code == 405
    assert not Document.objects.exists()


def test_should_let_an_older_document_of_another_type_be_renamed_and_not_run(editor_client: Client) -> None:
    old = Document.objects.create(title="前のもの", file=ContentFile(samples.SCRIPT, name="before.html"))
    data = {"title": "新しい名前", "collection": "1", "tags": ""}
    assert editor_client.post(f"/admin/documents/edit/{old.pk}/", data).status_code == 302
    old.refresh_from_db()
    assert old.title == "新しい名前"
    answer = Client().get(old.url)
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert answer["Content-Security-Policy"] == "default-src 'none'"
    assert doors.content_of(answer) == samples.SCRIPT
