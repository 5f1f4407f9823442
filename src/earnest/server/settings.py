"""Settings: one table of what may be set, read once, and what Django makes of it.

Everything has a default that works on one laptop. `earnest doctor` prints the table; a test checks that the
guide names every row.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from earnest.record.errors import BadSetting


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that may be set, through the environment."""

    name: str
    default: str
    help: str


TABLE = (
    Setting("EARNEST_HOME", "~/.earnest", "Folder of the database, keys, models and reports."),
    Setting(
        "DATABASE_URL", "", "postgresql://user:password@host:port/name; empty: SQLite in the home folder."
    ),
    Setting(
        "EARNEST_HOSTS",
        "127.0.0.1,localhost,[::1]",
        "Names under which the pages are served, parted by commas.",
    ),
    Setting("EARNEST_HTTPS", "no", "yes: cookies and redirects for a server behind https."),
    Setting("EARNEST_DEBUG", "no", "yes: Django's error pages. Never where others can reach the server."),
    Setting(
        "EARNEST_PRIVATE_PLACES",
        "no",
        "yes: places may be read from private addresses too (an intranet, this machine).",
    ),
    Setting(
        "EARNEST_ENDPOINT_URL",
        "",
        "A language model on this machine or its private network, by its OpenAI-compatible address"
        " (http://127.0.0.1:11434/v1); empty: none.",
    ),
    Setting("EARNEST_ENDPOINT_MODEL", "", "The name of the model there."),
    Setting("EARNEST_ENDPOINT_KEY", "", "A file with the key it wants, where it wants one."),
    Setting("EARNEST_TIME_ZONE", "UTC", "Time zone of the pages; everything is kept in UTC."),
    Setting("EARNEST_LANGUAGE", "en", "Language of the pages: en or es."),
)


def value(name: str) -> str:
    """What a setting of the table is now."""
    for row in TABLE:
        if row.name == name:
            return os.environ.get(name, "").strip() or row.default
    raise BadSetting(f"There is no setting '{name}'.")


def yes(name: str) -> bool:
    """A setting that is yes or no."""
    said = value(name).lower()
    if said not in ("yes", "no", "1", "0", "true", "false"):
        raise BadSetting(f"{name} is '{said}'.", advice="Write yes or no.")
    return said in ("yes", "1", "true")


def database(url: str, home: Path) -> dict[str, Any]:
    """Django's description of the database: SQLite in the home folder, or PostgreSQL by its address.

    SQLite runs with a write-ahead log, syncs every commit to disk (a killed or unplugged machine loses
    nothing that was said to be kept), and takes the write lock when a transaction opens, so that two writers
    wait and never fail.
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(home / "earnest.db"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
                    "PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;"
                    "PRAGMA wal_autocheckpoint=4000;"
                ),
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise BadSetting(
            f"DATABASE_URL begins with '{parts.scheme}:'."
            if parts.scheme
            else "DATABASE_URL is not an address.",
            advice="Write postgresql://user:password@host:port/name.",
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "earnest",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def _secret(home: Path) -> str:
    """The key of sessions and forms. Without a prepared home it lives as long as the process: signed out, not
    open.
    """
    file = home / "keys" / "django.key"
    try:
        return file.read_text().strip() or secrets.token_urlsafe(48)
    except OSError:
        return secrets.token_urlsafe(48)


_PACKAGE = Path(__file__).resolve().parent.parent

EARNEST_HOME = Path(value("EARNEST_HOME")).expanduser().absolute()
DEBUG = yes("EARNEST_DEBUG")
SECRET_KEY = _secret(EARNEST_HOME)
PRIVATE_PLACES = yes("EARNEST_PRIVATE_PLACES")
EARNEST_ENDPOINT_URL = value("EARNEST_ENDPOINT_URL")
EARNEST_ENDPOINT_MODEL = value("EARNEST_ENDPOINT_MODEL")
EARNEST_ENDPOINT_KEY = value("EARNEST_ENDPOINT_KEY")
ALLOWED_HOSTS = [host.strip() for host in value("EARNEST_HOSTS").split(",") if host.strip()]
DATABASES = {"default": database(value("DATABASE_URL"), EARNEST_HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "earnest.store",
    "earnest.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "earnest.web.middleware.Policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "earnest.web.middleware.Policy",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_PACKAGE / "report" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
ROOT_URLCONF = "earnest.server.urls"
ASGI_APPLICATION = "earnest.server.asgi.application"
CSRF_FAILURE_VIEW = "earnest.web.views.errors.csrf_failed"
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
CSRF_FAILURE_VIEW = "earnest.web.views.errors.csrf_failed"

USE_TZ = True
TIME_ZONE = value("EARNEST_TIME_ZONE")
USE_I18N = True
LANGUAGE_CODE = value("EARNEST_LANGUAGE")
LANGUAGES = [("en", "English"), ("es", "Español")]

STATIC_URL = "/static/"
STATIC_ROOT = None  # served from the packages themselves, nothing is collected
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
if yes("EARNEST_HTTPS"):
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]

# Addresses, cookies and posts stay out of the log: warnings only, Django's request log names a path at
# most, and a traceback comes without the error's words.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"quiet": {"()": "earnest.record.quiet.Quiet"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "quiet"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
