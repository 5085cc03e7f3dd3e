"""The public form for offers, and its links: what a person does, what a robot does a thousand times."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core import mail, signing
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from directory.models import Offer, OfferState
from directory.offers import answering, links
from guard.policy import OFFERS_OF_ALL, OFFERS_OF_NETWORK, SECONDS_TO_FILL_IN
from guard.seals import TRAP, new_seal
from tests.directory.offers.conftest import SECRET_MAIL, SECRET_NAME, make

pytestmark = pytest.mark.django_db
FILLED = {
    "kind": "work",
    "text": "箱を折る仕事があります。\r\n座ってできます。",
    "name": "つむぎ製作所",
    "contact_name": SECRET_NAME,
    "contact_mail": SECRET_MAIL,
}


def soup(response: HttpResponse, status: int = 200) -> BeautifulSoup:
    """A page without a cookie."""
    assert response.status_code == status
    assert not response.cookies
    return BeautifulSoup(response.content, "html.parser")


def seal_of(client: Client, **headers: str) -> str:
    """Of a page that somebody opened long enough ago to have filled it in."""
    with time_machine.travel(timezone.now() - timedelta(seconds=SECONDS_TO_FILL_IN + 60), tick=False):
        page = soup(client.get("/offer/", **headers))
    return page.select_one("input[name=seal]")["value"]


def send(client: Client, changes: dict[str, Any] | None = None, **headers: str) -> HttpResponse:
    """Fill in and send as a person does."""
    return client.post("/offer/", {**FILLED, "seal": seal_of(client, **headers), **(changes or {})}, **headers)


def link_of_mail(number: int = -1) -> str:
    """The address in a mail."""
    return re.search(r"https?://[^/\s]+(/offer/link/\S+)", mail.outbox[number].body)[1]


def words_of(response: HttpResponse, status: int = 200) -> str:
    """What a page says."""
    return " ".join(soup(response, status).main.get_text(" ").split())


def test_should_reach_the_city_only_after_the_mail_was_answered(client: Client, editor_client: Client) -> None:
    response = send(client)
    assert (response.status_code, response["Location"]) == (303, "/offer/sent/")
    assert "まだ市に届いていません" in words_of(client.get("/offer/sent/"))
    offer = Offer.objects.get()
    assert offer.state == OfferState.UNCHECKED
    assert offer.text == "箱を折る仕事があります。\n座ってできます。"
    assert "つむぎ製作所" not in editor_client.get("/admin/offers/").content.decode()
    assert editor_client.get(f"/admin/offers/{offer.pk}/").status_code == 404
    (sent,) = mail.outbox
    assert sent.to == [SECRET_MAIL]
    for typed in ("つむぎ", "箱を折る", SECRET_NAME):
        assert typed not in f"{sent.subject}{sent.body}", (
            "a mail to anybody's address repeats nothing that anybody typed"
        )
    link = link_of_mail()
    page = soup(client.get(link))
    assert "つむぎ" not in page.title.get_text(), "browsers keep titles"
    assert page.find("meta", attrs={"name": "robots"})["content"] == "noindex"
    assert "箱を折る仕事" in page.get_text()
    assert SECRET_NAME not in str(page), "whoever got the link forwarded reads nobody's name"
    assert SECRET_MAIL not in str(page)
    assert Offer.objects.get().state == OfferState.UNCHECKED, "programs that look into mails open every link"
    assert "市に届きました" in words_of(client.post(link, {"do": "send"}))
    offer.refresh_from_db()
    assert offer.state == OfferState.WAITING
    assert "つむぎ製作所" in editor_client.get("/admin/offers/").content.decode()


def test_should_say_clearly_why_a_link_opens_nothing(client: Client) -> None:
    send(client)
    link = link_of_mail()
    client.post(link, {"do": "send"})
    for answer in (client.get(link), client.post(link, {"do": "send"}), client.post(link, {"do": "forget"})):
        assert "もう使われています" in words_of(answer, 410)
    assert Offer.objects.get().state == OfferState.WAITING
    token = link.split("/")[3]
    for altered in (token[:-3], token[:8] + ("A" if token[8] != "A" else "B") + token[9:], "x", signing.dumps(["x"])):
        assert "使えません" in words_of(client.get(f"/offer/link/{altered}/"), 404)
    send(client, {"contact_mail": "second@example.jp"})
    late = link_of_mail()
    with time_machine.travel(timezone.now() + links.CHECK_HOLDS + timedelta(minutes=1), tick=False):
        assert "期限が過ぎました" in words_of(client.get(late), 410)
        assert "期限が過ぎました" in words_of(client.post(late, {"do": "send"}), 410)
    assert Offer.objects.filter(state=OfferState.WAITING).count() == 1


def test_should_be_gone_when_whoever_got_the_mail_takes_it_back(client: Client) -> None:
    send(client)
    link = link_of_mail()
    assert "すべて消しました" in words_of(client.post(link, {"do": "forget"}))
    assert not Offer.objects.exists()
    assert "もう使われています" in words_of(client.post(link, {"do": "send"}), 410)


def test_should_take_an_answer_to_the_question_of_the_city(client: Client) -> None:
    offer = make()
    first = f"/offer/link/{links.token_for(offer)}/"
    answering.ask(offer, "<b>駐車場</b>はありますか。")
    link = link_of_mail()
    page = client.get(link)
    assert "駐車場" in words_of(page)
    assert "<b>" not in page.content.decode()
    assert "答えを書いてください" in words_of(client.post(link, {"answer": " "}), 400)
    assert "目に見えない文字" in words_of(client.post(link, {"answer": "はい\u202e"}), 400)
    assert "答えを届けました" in words_of(client.post(link, {"answer": "3台あります。"}))
    assert words_of(client.post(link, {"answer": "4台です。"}), 410)
    assert words_of(client.get(first), 410)
    assert Offer.objects.get().answer == "3台あります。"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": ""}, "どの申し出に近いか"),
        ({"kind": "palace"}, "palace"),
        ({"text": "  "}, "できることを書いてください"),
        ({"text": "あ" * 1001}, "1000"),
        ({"name": "会\u202e社"}, "目に見えない文字"),
        ({"text": "仕事\u0007です"}, "目に見えない文字"),
        ({"text": "仕事\x00です"}, "目に見えない文字"),
        ({"contact_mail": "だれか"}, "メールアドレスの形"),
        ({"contact_mail": "a@example.jp\nBcc: b@example.jp"}, "メールアドレスの形"),
        ({"contact_mail": ""}, "アドレスを書いてください"),
        ({"area": "999999999999999999999999"}, "選"),
        ({"area": "x"}, "選"),
        ({"fields": ["1", "y"]}, "y"),
        ({"website": "javascript:alert(1)"}, "https://"),
        ({"phone": "なし"}, "番号に数字がありません"),
    ],
)
def test_should_say_what_to_mend_and_keep_what_was_written(client: Client, changes: dict, says: str) -> None:
    response = send(client, {"when": "月に1回", **changes})
    page = soup(response, 400)
    assert says in page.select_one(".box-warning").get_text()
    assert page.select_one("input[name=when]")["value"] == "月に1回"
    wrong = page.select_one(".box-warning a")["href"]
    assert page.select_one(wrong), "the list of problems leads to the field"
    assert not mail.outbox
    assert not Offer.objects.exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("電話は０９０－１２３４－５６７８です。", "携帯電話"),
        ("090 1234 5678に電話してください。", "携帯電話"),
        ("昭和55年4月1日生まれの人です。", "生年月日"),
        ("1980/4/1生の人です。", "生年月日"),
    ],
)
def test_should_point_at_what_may_be_about_a_person_and_let_it_pass_the_second_time(
    client: Client, text: str, says: str
) -> None:
    page = soup(send(client, {"text": text}), 400)
    assert says in page.select_one(".box-warning").get_text()
    assert not Offer.objects.exists()
    again = {one["name"]: one["value"] for one in page.select("form input[type=hidden]")}
    assert client.post("/offer/", {**FILLED, "text": text, **again}).status_code == 303
    assert Offer.objects.count() == 1


@pytest.mark.parametrize("text", ["0000-55-1234まで", "2026年4月1日から始めます。", "令和8年4月1日に開きました。"])
def test_should_not_point_at_numbers_and_days_of_an_offer(client: Client, text: str) -> None:
    assert send(client, {"text": text}).status_code == 303


def test_should_send_one_mail_for_two_presses_of_the_button(client: Client) -> None:
    sent = {**FILLED, "seal": seal_of(client)}
    for _press in range(2):
        assert client.post("/offer/", sent)["Location"] == "/offer/sent/"
    assert len(mail.outbox) == 1
    assert Offer.objects.count() == 1


def test_should_keep_nothing_when_the_mail_server_is_away(client: Client, settings: Any) -> None:
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    sent = {**FILLED, "seal": seal_of(client)}
    assert "送れませんでした" in words_of(client.post("/offer/", sent), 400)
    assert not Offer.objects.exists()
    settings.EMAIL_BACKEND = backend
    assert client.post("/offer/", sent).status_code == 303, "the same page sends it later"


# Robots.


def test_should_leave_nothing_of_a_thousand_posts_of_a_robot_and_let_a_person_through(client: Client) -> None:
    """Half of it from everywhere, as robots mostly are: it has not read the page, sends at once, or fills in everything. The other
    half from one network reads a page, waits, and gives another address each time."""
    old = seal_of(client)
    flawed: tuple[Callable[[], dict[str, str]], ...] = (
        dict,
        lambda: {"seal": "x" * 5000},
        lambda: {"seal": signing.dumps(1)},
        lambda: {"seal": new_seal()},
        lambda: {"seal": old, TRAP: "https://spam.example/"},
    )
    for number in range(500):
        sent = {**FILLED, **flawed[number % len(flawed)]()}
        response = client.post("/offer/", sent, REMOTE_ADDR=f"10.1.{number // 250}.{number % 250}")
        assert response.status_code == 400
    assert not mail.outbox
    assert not Offer.objects.exists()
    answers = []
    with time_machine.travel(timezone.now() - timedelta(seconds=SECONDS_TO_FILL_IN + 60), tick=False):
        seals = [new_seal() for _number in range(500)]
    for number, seal in enumerate(seals):
        sent = {**FILLED, "seal": seal, "contact_mail": f"robot{number}@example.jp"}
        answers.append(client.post("/offer/", sent, REMOTE_ADDR="10.1.1.1"))
    allowed = int(OFFERS_OF_NETWORK.rates[0].split()[0])
    assert [answer.status_code for answer in answers] == [303] * allowed + [429] * (500 - allowed)
    assert len(mail.outbox) == Offer.objects.count() == allowed
    page = soup(answers[-1], 429)
    assert int(answers[-1]["Retry-After"]) > 0
    assert "書いたものはここに残っています" in page.select_one(".box-warning").get_text()
    assert page.select_one("input[name=name]")["value"] == "つむぎ製作所"
    assert send(client, REMOTE_ADDR="10.9.9.9").status_code == 303
    assert mail.outbox[-1].to == [SECRET_MAIL]


def test_should_not_be_a_way_to_fill_somebody_elses_mailbox(client: Client) -> None:
    answers = [
        send(client, {"contact_mail": "Victim@example.jp"}, REMOTE_ADDR=f"10.2.0.{number}").status_code
        for number in range(5)
    ]
    assert answers == [303, 303, 429, 429, 429]
    assert len(mail.outbox) == 2


def test_should_bound_what_robots_of_many_networks_leave(client: Client) -> None:
    most = int(OFFERS_OF_ALL.rates[0].split()[0])
    for number in range(most + 20):
        send(client, {"contact_mail": f"r{number}@example.jp"}, REMOTE_ADDR=f"10.3.{number // 250}.{number % 250}")
    assert len(mail.outbox) == Offer.objects.count() == most


def test_should_be_shown_where_a_reader_expects_it(page: Any) -> None:
    for address in ("/browse/work/", "/browse/place/", "/browse/volunteer/"):
        assert page(address).select_one("main a[href='/offer/']"), address
    assert not page("/browse/desk/").select_one("main a[href='/offer/']")
    assert page("/").select_one("footer a[href='/offer/']")
    assert "お名前や事情は、書かないで" in page("/offer/").main.get_text()
