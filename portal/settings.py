"""Settings, all from the environment. Production is the base; `YOROZU_ENV=demo` and `=test` loosen it.

Every variable is listed in the README's table.
"""

import secrets
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from guard import policy, startup

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

ENVIRONMENT = env.str("YOROZU_ENV", default="production")
if ENVIRONMENT not in {"production", "demo", "test"}:
    raise ImproperlyConfigured("YOROZU_ENV must be production, demo or test")
DEMO = ENVIRONMENT == "demo"
TEST = ENVIRONMENT == "test"

VAR_DIR = Path(env.str("YOROZU_VAR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)


def _secret_key() -> str:
    """The environment's key; the demo and the tests make one and keep it under var/."""
    if key := env.str("SECRET_KEY", default=""):
        return key
    if ENVIRONMENT == "production":
        return ""
    kept = VAR_DIR / "secret_key"
    if not kept.exists():
        kept.write_text(secrets.token_urlsafe(50))
        kept.chmod(0o600)
    return kept.read_text()


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if DEMO or TEST else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "portal",
    "directory.partners",
    "directory",
    "search",
    "guard",
    "wagtail.contrib.settings",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "guard.logins.config.PeopleConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    # For its words: the admin says with them how long ago something was.
    "django.contrib.humanize",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    # Last: it renames what the others have made.
    "portal.wording",
]

MIDDLEWARE = [
    "guard.headers.Headers",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "guard.headers.ContentPolicy",
    "portal.middleware.SiteLanguage",
    "guard.middleware.ReadableAddresses",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Before anything reads a body; views and the check of CSRF come after all of these.
    "guard.middleware.Sizes",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "guard.rates.Rates",
    "guard.logins.sessions.Sessions",
    "guard.logins.held.Held",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "directory.partners.doors.middleware.StaffOnly",
    "portal.starting.curtain.Curtain",
    "portal.middleware.KeptRecords",
    "portal.middleware.EmptyFiles",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    # The site's own pages, and the blocks that editors put into them; asked first.
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "jinja"],
        "OPTIONS": {
            "environment": "portal.jinja.environment",
            "extensions": ["directory.partners.views.filters.PartnerFilters"],
        },
    },
    # What stands within Wagtail's admin, and mails.
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates" / "django"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "portal.wording.unmarked.Loader"],
                )
            ],
            "builtins": ["portal.templatetags.in_words"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    },
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL lets readers go on while an editor saves; IMMEDIATE makes two writers wait for each other instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }
else:
    if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        # Readers wait for a server that hangs as long as `portal.operations.patience` says, and not without end.
        DATABASES["default"]["ENGINE"] = "portal.operations.postgresql"
    # A server that was away hands out no dead connections afterwards, and one that is away is not waited for.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
# Opening the file of SQLite anew for every page took a third of its time; an open one holds up nobody.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
# A snippet with children is published in several statements; without this a failing child leaves a half-written record.
DATABASES["default"]["ATOMIC_REQUESTS"] = True

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": {"BACKEND": "portal.operations.cache.PatientRedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# Argon2 first; what was kept before is taken over at the next log-in.
PASSWORD_HASHERS = ["guard.logins.hashing.Argon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
if TEST:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Logging in: limits by network and name (`guard.policy`), at every door.
AUTHENTICATION_BACKENDS = ["guard.logins.tries.GuardedBackend"]
WAGTAILADMIN_USER_LOGIN_FORM = "directory.partners.forms.AdminLoginForm"
LOGIN_URL = "partners:login"
OTP_TOTP_ISSUER = "よろず"
OTP_TOTP_THROTTLE_FACTOR = 1
# Whether the city's own people need a second factor for the admin and the partner pages; partners always need it.
# Groups that need it where not everybody does.
SECOND_FACTOR_GROUPS = env.list("SECOND_FACTOR_GROUPS", default=[])
STAFF_SECOND_FACTOR = startup.flag(env, "STAFF_SECOND_FACTOR", default=not (DEMO or TEST))
# A session of a partner or of the city ends after so long without a click, and after so long in any case (minutes).
PARTNER_IDLE_MINUTES = env.int("PARTNER_IDLE_MINUTES", default=30)
PARTNER_SESSION_MINUTES = env.int("PARTNER_SESSION_MINUTES", default=600)
SESSION_COOKIE_AGE = PARTNER_SESSION_MINUTES * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# How long the trail of the partner pages, and old versions of contact points, are kept (days).
TRAIL_DAYS = env.int("TRAIL_DAYS", default=1_095)
CONTACT_HISTORY_DAYS = env.int("CONTACT_HISTORY_DAYS", default=730)

# Mail: invitations and notices, which say nothing but where to log in. The demo and the tests write it to files.
EMAIL_CONFIG = env.email(
    "EMAIL_URL", default=f"filemail:///{VAR_DIR / 'mail'}" if DEMO or TEST else "smtp://localhost:25"
)
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
# Mails that nobody may wait for leave after the answer; tests look at them at once.
BACKGROUND_WORK = not TEST
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("MAIL_FROM", default="yorozu@localhost")
# Whom /.well-known/security.txt names for reports of holes.
SECURITY_CONTACT = startup.security_contact(env)

# The language of the site's own words; a catalogue of another is locale/<language>/LC_MESSAGES/django.po.
LANGUAGE_CODE = "ja"
# The first wins: the site's own words, then what we say in the place of Wagtail and its parts (`portal.wording`).
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "portal" / "wording" / "locale"]
FORMAT_MODULE_PATH = "portal.wording.formats"
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True

# Kept pages lie as files for the web server in front (deploy/nginx.conf), which must be able to read them.
KEPT_PAGES = VAR_DIR / "kept" if env.bool("KEPT_PAGES", default=False) else None

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TEST
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# The demo has no web server in front that could serve uploaded pictures.
SERVE_MEDIA = startup.flag(env, "SERVE_MEDIA", default=DEMO or TEST)
# Limits of requests by network (`guard.policy.RATES`); those of log-ins and mails always hold.
RATE_LIMITS = startup.flag(env, "RATE_LIMITS", default=not TEST)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
# What is not a file may be as large as the whole body: one limit, one answer.
DATA_UPLOAD_MAX_MEMORY_SIZE = policy.LARGEST_BODY

# Wagtail's previews say of themselves that the admin may frame them.
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
# A page's address may tell what somebody is in trouble with: never pass it on.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# No page of another site reads our files.
WHITENOISE_ALLOW_ALL_ORIGINS = False
CSRF_FAILURE_VIEW = "guard.csrf.failure"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not (DEMO or TEST)
SECURE_SSL_REDIRECT = startup.flag(env, "SECURE_SSL_REDIRECT", default=not (DEMO or TEST))
SECURE_HSTS_INCLUDE_SUBDOMAINS = startup.flag(
    env, "SECURE_HSTS_INCLUDE_SUBDOMAINS", default=SECURE_SSL_REDIRECT and not (DEMO or TEST)
)
# Preloading is decided for a whole registered domain, by who owns it, not by one site below it.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=0 if DEMO or TEST else 31_536_000)
# How many servers of ours stand in front; what they say of who asks, and how, is believed.
PROXIES = startup.proxies(env)
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

WAGTAIL_SITE_NAME = "よろず"
WAGTAILADMIN_BASE_URL = env.str(
    "BASE_URL", default=f"http://127.0.0.1:{env.str('PORT', default='8000')}" if DEMO or TEST else ""
).rstrip("/")
if ENVIRONMENT == "production":
    startup.check_production(SECRET_KEY, ALLOWED_HOSTS, WAGTAILADMIN_BASE_URL, only_https=SECURE_SSL_REDIRECT)
WAGTAIL_ALLOW_UNICODE_SLUGS = True
# Drafts save themselves so many milliseconds after a change; rows are known by their UUID (`directory.admin.rows`), for as they ship a
# stale tab writes them twice (wagtail#14359).
WAGTAIL_AUTOSAVE_INTERVAL = 3_000
# Two approvals are of one version; and what was approved last is what is published.
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
WAGTAIL_FINISH_WORKFLOW_ACTION = "directory.admin.flow.finishing.publish_approved"
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
# One language and one time, so that nobody is asked for theirs, nor sees English or another hour by accident.
WAGTAILADMIN_PERMITTED_LANGUAGES = [("ja", "日本語")]
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
# The admin's search by our own terms: the stock backends take a run of Japanese as one word.
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "search.modelsearch"}}
TASKS = {"default": {"BACKEND": "search.modelsearch.tasks.Immediately"}}
# Private pages and documents lead to the log-in of the admin.
WAGTAIL_FRONTEND_LOGIN_URL = "/admin/login/"
# All that pages show is WebP, also because it is written without what a camera noted (where it stood, when).
WAGTAILIMAGES_FORMAT_CONVERSIONS = dict.fromkeys(("jpeg", "png", "gif", "avif", "webp"), "webp")
WAGTAILIMAGES_EXTENSIONS = [ending for endings in policy.PICTURES.values() for ending in endings]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = policy.LARGEST_PICTURE
WAGTAILIMAGES_MAX_IMAGE_PIXELS = policy.LARGEST_PIXELS
WAGTAILIMAGES_IMAGE_FORM_BASE = "guard.uploads.forms.ImageForm"
# WAGTAILDOCS_EXTENSIONS stays empty: the form below holds the list, and with the setting Wagtail would also refuse to rename
# an older document, and fail where the file is not part of the form (the later steps of uploading several).
WAGTAILDOCS_MAX_UPLOAD_SIZE = policy.LARGEST_DOCUMENT
WAGTAILDOCS_DOCUMENT_FORM_BASE = "guard.uploads.forms.DocumentForm"
WAGTAILDOCS_CONTENT_TYPES = policy.DOCUMENT_TYPES
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []

# Search: the embedded index lies on disk, one folder for each build; with a cluster it answers when that is away.
ELASTICSEARCH = {
    "hosts": tuple(env.list("ELASTICSEARCH_URL", default=[])),
    "prefix": env.str("ELASTICSEARCH_PREFIX", default="yorozu"),
    "api_key": env.str("ELASTICSEARCH_API_KEY", default=""),
    "username": env.str("ELASTICSEARCH_USERNAME", default=""),
    "password": env.str("ELASTICSEARCH_PASSWORD", default=""),
    "ca_certs": env.str("ELASTICSEARCH_CA_CERTS", default=""),
    "verify": startup.flag(env, "ELASTICSEARCH_VERIFY", default=True),
    "timeout": env.float("ELASTICSEARCH_TIMEOUT", default=2.0),
    "replicas": env.int("ELASTICSEARCH_REPLICAS", default=0),
}
SEARCH_ENGINE = env.str("SEARCH_ENGINE", default="elasticsearch" if ELASTICSEARCH["hosts"] else "tantivy")
SEARCH_INDEX_DIR = VAR_DIR / "index"
SEARCH_DICTIONARY_DIR = VAR_DIR / "dictionary"
# The learned ear: sentences, weights and the figures they reached (see `train_ear`).
EAR_DIR = BASE_DIR / "fixtures" / "ear"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
    # A traceback for every attempt at a node that is away; the engine says once what happened.
    "loggers": {"elastic_transport": {"level": "ERROR"}},
}
