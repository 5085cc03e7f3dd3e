"""What is allowed, in one place: an auditor reads this page and `SECURITY.md`, nothing else. Only values, no doing.

Rates are written as `limits` reads them ("40 per 10 seconds"). "Network" is one IPv4 address or one IPv6 /64.
"""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


# ── How much one network may ask ─────────────────────────────────────────────────────────────────────────────────────
# A school class or a town hall stands behind one address: forty people who each open a page every two seconds go through.


@dataclass(frozen=True)
class Rate:
    """So often may one network (or one person who is logged in) ask for addresses that begin so."""

    name: str
    beginnings: tuple[str, ...]
    rates: tuple[str, ...]
    methods: frozenset[str] = frozenset()


SENT = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# Read from the top; the first that fits counts. Counted in Redis where there is one, else in each worker's memory.
RATES: tuple[Rate, ...] = (
    # Whether the site lives is asked for by machines that stand beside it.
    Rate("health", ("/healthz", "/readyz"), ("50 per 10 seconds",)),
    # One letter typed is one question; they cost little.
    Rate("suggestions", ("/api/suggest",), ("200 per 10 seconds", "800 per minute")),
    Rate("search", ("/search/", "/find/", "/api/"), ("80 per 10 seconds", "300 per minute")),
    Rate("doors", ("/admin/login/", "/admin/password_reset/", "/partners/login/", "/partners/second-factor/",
                   "/partners/join/", "/partners/password/"), ("40 per minute",), SENT),
    Rate("forms", ("/",), ("60 per 10 seconds", "300 per minute"), SENT),
    Rate("pages", ("/",), ("150 per 10 seconds", "500 per minute")),
)  # fmt: skip
STAFF_PAGES = ("/admin/", "/partners/")
# What the admin's pages ask for while nobody touches them.
NO_CLICKS = ("/admin/editing-sessions/",)
# Who is logged in is counted by name, not by network: the admin asks for several addresses a page.
RATES_OF_STAFF: tuple[str, ...] = ("300 per 10 seconds", "1200 per minute")


# ── How often somebody may try, and how many mails go out ───────────────────────────────────────────────────────────
# Counted in the database: all workers of all machines see one number, with Redis or without.


@dataclass(frozen=True)
class Limit:
    """So many of one thing for one key (what the key is made of stands behind it)."""

    name: str
    rates: tuple[str, ...]


# Wrong passwords of a browser that was never in: network and name together, the name alone, the network alone.
TRIES_HERE = Limit("tries-network-name", ("6 per 15 minutes", "20 per day"))
TRIES_NAME = Limit("tries-name", ("40 per hour",))
TRIES_NETWORK = Limit("tries-network", ("30 per 15 minutes",))
# Of a browser in which this person was logged in before; the limits above do not hold for it.
TRIES_KNOWN = Limit("tries-known", ("10 per 15 minutes",))
# Somebody is told by mail that their name is being tried.
TOLD_OF_TRIES = Limit("told-of-tries", ("1 per day",))
# Codes of the second factor, by account (the app's own delay after each wrong code holds as well).
CODES = Limit("codes", ("20 per hour",))
# Mails that anybody can cause: to one address, and from one network.
MAIL_TO_ADDRESS = Limit("mail-address", ("1 per 5 minutes", "5 per day"))
MAIL_FROM_NETWORK = Limit("mail-network", ("10 per 15 minutes", "40 per day"))
# Invitations: to one address, and by one person who invites.
INVITATION_TO_ADDRESS = Limit("invitation-address", ("3 per hour", "6 per day"))
INVITATION_BY_PERSON = Limit("invitation-person", ("20 per 10 minutes", "200 per day"))
# Invitation links that nobody sent.
STRANGE_LINKS = Limit("strange-links", ("1000000 per day",))
# Short codes of confirmation sheets (23^8 of them): by network, and of everybody together.
CODES_OF_NETWORK = Limit("sheet-network", ("10 per 15 minutes", "40 per day"))
CODES_OF_ALL = Limit("sheet-all", ("600 per hour",))
# Changes that one link proposes, an entry at a time.
PROPOSALS_OF_LINK = Limit("proposals-link", ("60 per hour", "200 per day"))
# Offers that somebody writes on the public form. Each is a mail to an address that anybody could have typed: from one network,
# to one address, and of everybody together. Only what a person could have sent is counted (`guard.seals`).
OFFERS_OF_NETWORK = Limit("offers-network", ("5 per 15 minutes", "15 per day"))
OFFERS_TO_ADDRESS = Limit("offers-address", ("2 per hour", "4 per day"))
OFFERS_OF_ALL = Limit("offers-all", ("60 per hour", "240 per day"))
# A page's form is good for one sending: a second press of the button is no second offer.
OFFER_FORM = Limit("offer-form", ("1 per day",))
# A form that is sent sooner was filled in by no person; after that long it asks to be sent once more.
SECONDS_TO_FILL_IN = 4
HOURS_FOR_A_FORM = 12

# So many passwords are checked at once in one worker, one of them waiting: the rest of its threads go on reading.
PASSWORDS_AT_ONCE = 2
# How long a browser stays known after somebody was in.
KNOWN_DAYS = 180
# From the password to the second factor.
MINUTES_TO_SECOND_FACTOR = 10


# ── How large ────────────────────────────────────────────────────────────────────────────────────────────────────────
LONGEST_PATH = 2_000
# Far beyond any address that the site makes; what people paste into the box is cut by the views.
LONGEST_QUERY = 200_000
LARGEST_HEADERS = 256 * 1024
# Lines; a browser behind two proxies sends about thirty.
MOST_HEADERS = 100
# Where nothing is uploaded. A form of the admin with all its texts stays far below.
LARGEST_BODY = 3 * MEGABYTE
LARGEST_PICTURE = 10 * MEGABYTE
LARGEST_DOCUMENT = 25 * MEGABYTE
LARGEST_TABLE = 5 * MEGABYTE
# What a city brings in: 200,000 rows of Excel.
LARGEST_REGISTER = 50 * MEGABYTE
# A form has a little around its file.
AROUND_A_FILE = MEGABYTE
# Addresses that take a file, for people who are logged in. Read from the top.
UPLOADS: tuple[tuple[str, int], ...] = (
    ("/admin/images/", LARGEST_PICTURE + AROUND_A_FILE),
    ("/admin/documents/", LARGEST_DOCUMENT + AROUND_A_FILE),
    ("/admin/words/", LARGEST_TABLE + AROUND_A_FILE),
    ("/admin/imports/", LARGEST_REGISTER + AROUND_A_FILE),
)
# Bodies over LARGEST_BODY that one worker takes in at once; they lie on its disk until they are answered.
LARGE_BODIES_AT_ONCE = 20
LARGEST_OF_ALL = max(size for _beginning, size in UPLOADS)
# Seconds until the headers, and the whole request, have arrived.
SECONDS_FOR_HEADERS = 20
SECONDS_FOR_REQUEST = 120
# Seconds that an answer may stand still because nobody takes it.
SECONDS_FOR_STILL_READER = 60
# Open connections of one network in one worker, where no proxy stands in front. A connection on which nothing is asked
# makes room for a new one.
CONNECTIONS_OF_NETWORK = 100
# Open connections of one worker; beyond, whoever has waited longest without a whole request makes room.
CONNECTIONS = 1_000


# ── What may be uploaded ─────────────────────────────────────────────────────────────────────────────────────────────
# Pillow's names of the formats, and the endings that a file of each may have.
PICTURES: dict[str, tuple[str, ...]] = {
    "JPEG": ("jpg", "jpeg"), "PNG": ("png",), "WEBP": ("webp",), "GIF": ("gif",), "AVIF": ("avif",),
}  # fmt: skip
# A picture is decoded at this size at most (a phone's camera makes 12 to 50 million), all frames of a moving one together.
LARGEST_PIXELS = 60_000_000
MOST_FRAMES = 200
# Nothing here can be a page, a script, or hold a macro.
DOCUMENTS: tuple[str, ...] = ("pdf", "docx", "xlsx", "pptx", "odt", "ods", "odp", "csv", "txt", "ics")
# What a document in a zip (docx, xlsx, odt ...) says it unpacks to, and the size of its list of parts. Nothing is unpacked here.
LARGEST_UNPACKED = 200 * MEGABYTE
LARGEST_LIST_OF_PARTS = MEGABYTE
# In bytes; a file system takes 255, and the storage adds some of its own. Longer names are cut.
LONGEST_FILE_NAME = 200

# What may be fetched below the media address, with the only types it is ever sent as. Everything else that was uploaded
# (originals of pictures, documents) has no address there.
MEDIA_FOLDERS = ("images/",)
MEDIA_TYPES: dict[str, str] = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif",
    "avif": "image/avif",
}  # fmt: skip
# Only as long as a name that was given again may show the picture of before.
MEDIA_CACHE = "public, max-age=2592000"
# What documents are sent as, always to be saved and never to be shown in the browser.
DOCUMENT_TYPES: dict[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "csv": "text/csv",
    "txt": "text/plain",
    "ics": "text/calendar",
}


# ── What browsers are told ───────────────────────────────────────────────────────────────────────────────────────────
# For what was uploaded: whatever it is, it is no page of this site.
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
# What was uploaded has the origin of the site, so 'self' would let it run as a script. This stands for the address of the
# site's own files (`https://city.example/static/`), which no upload can reach, and that for the admin's words for scripts.
OWN_FILES = "(own files)"
OWN_WORDS = "(own words)"
# Public and partner pages, and pages in a preview.
PAGES: dict[str, tuple[str, ...]] = {
    "default-src": ("'none'",),
    "script-src": (OWN_FILES,),
    "style-src": (OWN_FILES,),
    "img-src": ("'self'", "data:"),
    "font-src": (OWN_FILES,),
    "connect-src": ("'self'",),
    "form-action": ("'self'",),
    "base-uri": ("'none'",),
    # The admin shows previews in a frame.
    "frame-ancestors": ("'self'",),
}
# Found by using Wagtail 7.4 with the policy of the pages until nothing was refused any more.
ADMIN: dict[str, tuple[str, ...]] = {
    **PAGES,
    # Choosers of dates and tags, in forms and in filters of lists, start themselves by a script within the page.
    "script-src": (OWN_FILES, OWN_WORDS, "'unsafe-inline'"),
    # But no tag has a script of its own (onclick, onerror ...), the usual way in. Wagtail's cropping tool has three that only
    # keep a text from being marked.
    "script-src-attr": ("'none'",),
    # The editor of rich text brings styles within the page.
    "style-src": (OWN_FILES, "'unsafe-inline'"),
    # A picture is shown before it is uploaded.
    "img-src": ("'self'", "data:", "blob:"),
    # Previews.
    "frame-src": ("'self'",),
}
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
        "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip
# "same-site" would let another name of the same city show our pictures; nobody asked for it.
RESOURCE_POLICY = "same-origin"


# ── Secrets ──────────────────────────────────────────────────────────────────────────────────────────────────────────
SHORTEST_SECRET_KEY = 50
