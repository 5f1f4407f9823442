"""Settings: what may be set (`table`), read once, and what Django makes of it.

Everything has a default that works on one laptop.
"""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from earnest.record.errors import BadSetting
from earnest.server.table import TABLE, Setting, networks, number, one_of, secret_file, value, yes
from earnest.sources.singer import programs as taps

__all__ = ["TABLE", "Setting", "database", "single_sign_on", "value"]


def database(url: str, home: Path) -> dict[str, Any]:
    """Django's description of the database: SQLite in the home folder, or PostgreSQL by its address.

    SQLite runs with a write-ahead log, syncs every commit to disk (a killed or unplugged machine loses
    nothing that was said to be kept), and takes the write lock when a transaction opens, so that two writers
    wait and never fail. The file is mapped into memory, which all connections of all processes share.
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(home / "earnest.db"),
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
                    "PRAGMA cache_size=-65536; PRAGMA mmap_size=2147418112; PRAGMA temp_store=MEMORY;"
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
        "PASSWORD": unquote(parts.password or "") or secret_file("EARNEST_DATABASE_PASSWORD"),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def single_sign_on() -> dict[str, Any]:
    """What allauth is told of the issuer; empty where none is set. Half a setting is an error."""
    issuer, client = value("EARNEST_OIDC_ISSUER"), value("EARNEST_OIDC_CLIENT")
    if not issuer and not client:
        return {}
    if not issuer or not client:
        raise BadSetting(
            "Single sign-on needs EARNEST_OIDC_ISSUER and EARNEST_OIDC_CLIENT.",
            advice="Set both, or neither.",
        )
    parts = urlsplit(issuer)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise BadSetting("EARNEST_OIDC_ISSUER is not an address.", advice="Write https://login.example.org.")
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise BadSetting(
            "EARNEST_OIDC_ISSUER is not https.", advice="Only this machine may be asked without."
        )
    return {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APP": {
                "provider_id": "oidc",
                "name": value("EARNEST_OIDC_NAME"),
                "client_id": client,
                "secret": secret_file("EARNEST_OIDC_SECRET"),
                "settings": {"server_url": issuer.rstrip("/"), "oauth_pkce_enabled": True},
            },
        }
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
taps.allow(value("EARNEST_TAPS"), EARNEST_HOME)
EARNEST_ENDPOINT_URL = value("EARNEST_ENDPOINT_URL")
EARNEST_ENDPOINT_MODEL = value("EARNEST_ENDPOINT_MODEL")
EARNEST_ENDPOINT_KEY = value("EARNEST_ENDPOINT_KEY")
PRIVATE_CHANNELS = yes("EARNEST_PRIVATE_CHANNELS")
EARNEST_LARGEST_FILE = number("EARNEST_LARGEST_FILE", 1, 100) * 1024 * 1024
METRICS_FROM = networks("EARNEST_METRICS_FROM")
METRICS_TOKEN = secret_file("EARNEST_METRICS_TOKEN")
EARNEST_ADDRESS = value("EARNEST_ADDRESS").rstrip("/")
EARNEST_MAIL_SERVER = value("EARNEST_MAIL_SERVER")
EARNEST_MAIL_TLS = value("EARNEST_MAIL_TLS")
EARNEST_MAIL_USER = value("EARNEST_MAIL_USER")
EARNEST_MAIL_PASSWORD = value("EARNEST_MAIL_PASSWORD")
EARNEST_MAIL_FROM = value("EARNEST_MAIL_FROM")
PROXIES = [one.strip() for one in value("EARNEST_PROXIES").split(",") if one.strip()]
BACKUP_TO = value("EARNEST_BACKUP_TO")
BACKUP_RECIPIENTS = [one.strip() for one in value("EARNEST_BACKUP_RECIPIENT").split(",") if one.strip()]
BACKUP_KEEP = number("EARNEST_BACKUP_KEEP", 1, 3_650)
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
    "earnest.web",  # before allauth: its templates are ours
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "earnest.server.sign_on.SocialAccounts",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
]
MIGRATION_MODULES = {"axes": None}
"""Attempts are kept in a table of our own, as keyed hashes (`desk.lockout`): axes needs none of its own."""

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "earnest.web.middleware.Policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "earnest.web.visits.Visits",
    "earnest.web.visits.Language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "earnest.web.middleware.Policy",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_PACKAGE / "report" / "templates", _PACKAGE / "api" / "templates"],
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
LOGOUT_REDIRECT_URL = "/sign-in"

# Signing in: Django's password, allauth's second factors and single sign-on, axes' lock.
AUTHENTICATION_BACKENDS = [
    "earnest.desk.lockout.Backend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 12}),
        ("UserAttributeSimilarityValidator", {}),
        ("CommonPasswordValidator", {}),
    )
]
PASSWORD_RESET_TIMEOUT = 3600  # seconds that a mailed link for another password lives
ACCOUNT_ADAPTER = "earnest.web.adapters.Account"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {"reauthenticate": "10/m/user", "login_failed": "20/m/ip,5/5m/key"}
MFA_ADAPTER = "earnest.web.adapters.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Earnest"
MFA_TOTP_TOLERANCE = 1  # a clock may be half a minute off
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not yes("EARNEST_HTTPS")
SOCIALACCOUNT_ADAPTER = "earnest.web.adapters.SingleSignOn"
SOCIALACCOUNT_PROVIDERS = single_sign_on()
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
AXES_HANDLER = "earnest.desk.lockout.Lock"
AXES_LOCKOUT_CALLABLE = "earnest.web.views.sign_in.locked"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_VERBOSE = False
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # mail goes out by `egress.smtp` alone

# Shared by all processes, so that a limit is one limit (allauth's, and codes that are used once).
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "store_cached",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

USE_TZ = True
TIME_ZONE = value("EARNEST_TIME_ZONE")
USE_I18N = True
LANGUAGE_CODE = value("EARNEST_LANGUAGE")
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [_PACKAGE / "web" / "locale"]  # before what Django and allauth say in other words

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
SECOND_FACTOR = one_of("EARNEST_SECOND_FACTOR", ("nobody", "stewards", "everybody"))
SESSION_IDLE = timedelta(minutes=number("EARNEST_SESSION_IDLE", 5, 7 * 24 * 60))
SESSION_LONGEST = timedelta(hours=number("EARNEST_SESSION_HOURS", 1, 30 * 24))
SESSION_COOKIE_AGE = int(SESSION_LONGEST.total_seconds())
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
if yes("EARNEST_HTTPS"):
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
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
