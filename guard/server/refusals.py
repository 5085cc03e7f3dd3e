"""What the server itself answers when a request does not get as far as the site: plain pages that stand alone."""

from __future__ import annotations

from functools import cache
from html import escape

from django.utils.translation import gettext as _

REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    413: "Content Too Large",
    414: "URI Too Long",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
}
# No style either: a page that needs nothing may be allowed nothing.
HEADERS = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
)


def _words(code: int) -> tuple[str, str]:
    match code:
        case 408:
            return (
                _("時間がかかりすぎました"),
                _("送られている途中で時間が切れました。電波のよいところで、もう一度ためしてください。"),
            )
        case 413:
            return (
                _("送られたものが大きすぎます"),
                _(
                    "送られたものが大きすぎて、受け取れませんでした。ファイルを小さくするか、文を短くして、もう一度送ってください。"
                    "ログインが切れているときも、大きなファイルは受け取れません。"
                ),
            )
        case 414:
            return (
                _("アドレスが長すぎます"),
                _("アドレスが長すぎて、読み取れませんでした。ホームから、もう一度さがしてください。"),
            )
        case 431:
            return (
                _("うまく受け取れませんでした"),
                _(
                    "ブラウザーから送られた内容が多すぎて、受け取れませんでした。このサイトの Cookie を消してから、"
                    "もう一度ためしてください。"
                ),
            )
        case 503:
            return (
                _("いま、こみ合っています"),
                _(
                    "大きなファイルがほかにもたくさん送られていて、いまは受け取れません。少し待ってから、もう一度送ってください。"
                ),
            )
        case 500:
            return (
                _("うまく表示できませんでした"),
                _("こちらの不具合で、ページを表示できませんでした。少し待ってから、もう一度ためしてください。"),
            )
    return (
        _("うまく受け取れませんでした"),
        _("送られた内容を読み取れませんでした。ホームから、もう一度ためしてください。"),
    )


@cache
def page(code: int) -> bytes:
    """The page for a status code; for one that has none, that of "could not be read"."""
    title, message = (escape(text) for text in _words(code))
    home, emergency = escape(_("ホームへ")), escape(_("いのちの危険があるときは、"))
    police, ambulance = escape(_("110番（警察）")), escape(_("119番（消防・救急）"))
    return (
        '<!doctype html>\n<html lang="ja">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="robots" content="noindex">\n'
        f"<title>{title}</title>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n<p>{message}</p>\n"
        f'<p><a href="/">{home}</a></p>\n'
        f'<p><strong>{emergency}<a href="tel:110">{police}</a>{escape(_("・"))}'
        f'<a href="tel:119">{ambulance}</a>{escape(_("へ。"))}</strong></p>\n'
        "</main>\n</body>\n</html>\n"
    ).encode()


def status_line(code: int) -> str:
    """Code and reason as they stand in an answer."""
    return f"{code} {REASONS[code]}"


@cache
def whole_answer(code: int) -> bytes:
    """The answer as it goes over the line, for where no thread is given to it."""
    body = page(code)
    lines = [
        f"HTTP/1.1 {status_line(code)}",
        *(f"{name}: {value}" for name, value in HEADERS),
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
