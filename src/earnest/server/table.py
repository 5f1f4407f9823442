"""The table of what may be set through the environment, and how one of it is read.

`earnest doctor` prints the table; a test checks that the guide names every row.
"""

import os
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

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
    Setting("EARNEST_DATABASE_PASSWORD", "", "A file with the database's password, where it is not named."),
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
        "EARNEST_TAPS",
        "",
        "The folder of the Singer taps that may be run as a place; empty: none.",
    ),
    Setting(
        "EARNEST_ENDPOINT_URL",
        "",
        "A language model on this machine or its private network, by its OpenAI-compatible address"
        " (http://127.0.0.1:11434/v1); empty: none.",
    ),
    Setting("EARNEST_ENDPOINT_MODEL", "", "The name of the model there."),
    Setting("EARNEST_ENDPOINT_KEY", "", "A file with the key it wants, where it wants one."),
    Setting(
        "EARNEST_ADDRESS",
        "",
        "How links in messages begin (https://desk.example.org); empty: the first of EARNEST_HOSTS.",
    ),
    Setting("EARNEST_MAIL_SERVER", "", "Where mails are handed in: host or host:port; empty: no mail."),
    Setting("EARNEST_MAIL_TLS", "starttls", "How the mail server is spoken to: starttls, tls or no."),
    Setting("EARNEST_MAIL_USER", "", "The name the mail server wants, where it wants one."),
    Setting("EARNEST_MAIL_PASSWORD", "", "A file with the password it wants."),
    Setting("EARNEST_MAIL_FROM", "", "Who mails are from: Earnest <desk@example.org>."),
    Setting(
        "EARNEST_PRIVATE_CHANNELS",
        "no",
        "yes: messages may go to private addresses too (a webhook or tracker of an intranet).",
    ),
    Setting(
        "EARNEST_METRICS_FROM",
        "127.0.0.1,::1",
        "Addresses or networks that may read /metrics, parted by commas; empty: only with the token.",
    ),
    Setting("EARNEST_METRICS_TOKEN", "", "A file with the token by which others may read /metrics."),
    Setting("EARNEST_LARGEST_FILE", "10", "The most MiB of a file that is attached to a case."),
    Setting("EARNEST_TIME_ZONE", "UTC", "Time zone of the pages; everything is kept in UTC."),
    Setting("EARNEST_LANGUAGE", "en", "Language of the pages: en or es."),
    Setting("EARNEST_SESSION_IDLE", "120", "Minutes without a click after which a person is signed out."),
    Setting("EARNEST_SESSION_HOURS", "12", "Hours after which a person signs in anew in any case."),
    Setting(
        "EARNEST_SECOND_FACTOR",
        "nobody",
        "Of whom a second factor is demanded: nobody, stewards or everybody.",
    ),
    Setting(
        "EARNEST_OIDC_ISSUER", "", "Single sign-on: the address of an OpenID Connect issuer; empty: none."
    ),
    Setting("EARNEST_OIDC_CLIENT", "", "The client id that the issuer knows this desk by."),
    Setting("EARNEST_OIDC_SECRET", "", "A file with the client secret."),
    Setting("EARNEST_OIDC_NAME", "single sign-on", "What the button on the sign-in page calls it."),
    Setting(
        "EARNEST_PROXIES",
        "127.0.0.1,::1",
        "Addresses or networks of the reverse proxies that are believed when they name who asks.",
    ),
    Setting("EARNEST_BACKUP_TO", "", "The folder that earnest backup writes to where none is named."),
    Setting(
        "EARNEST_BACKUP_RECIPIENT",
        "",
        "The public keys (age1…) that backups are encrypted to, parted by commas.",
    ),
    Setting("EARNEST_BACKUP_KEEP", "30", "Days after which a backup is removed by a later one."),
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


def number(name: str, least: int, most: int) -> int:
    """A setting that is a whole number within bounds."""
    said = value(name)
    if not said.isascii() or not said.isdigit() or not least <= int(said) <= most:
        raise BadSetting(f"{name} is '{said}'.", advice=f"Write a whole number from {least} to {most}.")
    return int(said)


def one_of(name: str, choices: tuple[str, ...]) -> str:
    """A setting that is one of a few words."""
    said = value(name).lower()
    if said not in choices:
        raise BadSetting(f"{name} is '{said[:40]}'.", advice=f"Write one of {', '.join(choices)}.")
    return said


def secret_file(name: str) -> str:
    """What is in the file that a setting names; empty where none is named."""
    path = value(name)
    if not path:
        return ""
    try:
        return Path(path).expanduser().read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(
            f"{name} names a file that cannot be read.",
            advice="Give the user that Earnest runs as the right to read it.",
        ) from error


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """A setting that is a list of addresses and networks."""
    said = [one.strip() for one in os.environ.get(name, value(name)).split(",")]
    try:
        return [ip_network(one, strict=False) for one in said if one]
    except ValueError as error:
        raise BadSetting(
            f"{name} has an address that is none.", advice="Write 10.0.0.0/8, parted by commas."
        ) from error
