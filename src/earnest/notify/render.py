"""A settled notice as a plain text, a mail, a messenger's message or an issue.

Text that goes where signs have a meaning is made inert: each such sign is replaced by one that looks like it
and means nothing, so that no reading of Markdown, Slack's own marks, Jira's or HTML finds a mention, a link
or a picture in it. Escaping would need to know who reads; looking alike does not.
"""

import html
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from earnest.notify.rules import Shown
from earnest.notify.words import say

_INERT = str.maketrans(
    {
        "@": "＠",
        "<": "‹",
        ">": "›",
        "&": "＆",
        "`": "ˋ",
        "*": "∗",
        "_": "＿",
        "~": "∼",
        "|": "¦",
        "#": "＃",
        "\\": "＼",
        "[": "［",
        "]": "］",
        "{": "｛",
        "}": "｝",
        "!": "！",
        "^": "＾",
        "$": "＄",
    }
)


def inert(text: str) -> str:
    """The same words, with no sign left that a messenger or a tracker gives a meaning to."""
    return text.translate(_INERT).replace("://", ":⁄⁄")


def text(shown: Shown, *, ref: str = "", made_inert: bool = False) -> str:
    """Lines of plain text. `ref`: what the reader may recognise a repeat by."""
    plain = inert if made_inert else str
    parts = [plain(shown.title)] if shown.title else []
    parts += [plain(line) for line in shown.lines]
    parts += [f"“{plain(quote)}”" for quote in shown.quotes]
    facts = "\n".join(f"{plain(name)}: {plain(value)}" for name, value in shown.facts)
    links = "\n".join(
        [*(f"{plain(says)}: {url}" for says, url in shown.acts), *([shown.link] if shown.link else [])]
    )
    foot = say(shown.lang, "foot.quotes" if shown.quotes else "foot")
    return "\n\n".join(part for part in (*parts, facts, links, f"{foot} ({ref})" if ref else foot) if part)


def page(shown: Shown) -> str:
    """The same as a small page for mail programs: no remote picture, no script, no style but the reader's."""
    esc = html.escape
    body = [f"<p><strong>{esc(shown.title)}</strong></p>"] if shown.title else []
    body += [f"<p>{esc(line)}</p>" for line in shown.lines]
    body += [f"<blockquote>{esc(quote)}</blockquote>" for quote in shown.quotes]
    if shown.facts:
        rows = "".join(f"<tr><td>{esc(name)}</td><td>{esc(value)}</td></tr>" for name, value in shown.facts)
        body.append(f"<table>{rows}</table>")
    body += [f'<p><a href="{esc(url)}">{esc(says)}</a></p>' for says, url in shown.acts]
    if shown.link:
        body.append(f'<p><a href="{esc(shown.link)}">{esc(shown.link)}</a></p>')
    body.append(f"<p><small>{esc(say(shown.lang, 'foot.quotes' if shown.quotes else 'foot'))}</small></p>")
    return (
        f'<!doctype html><html lang="{esc(shown.lang)}"><head><meta charset="utf-8">'
        f"<title>{esc(shown.subject)}</title></head><body>{''.join(body)}</body></html>"
    )


def mail(shown: Shown, *, sender: Address, to: str, key: str, at: datetime) -> bytes:
    """A mail as it goes over the wire. The same `key` gives the same Message-ID: a repeat can be folded."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = shown.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{key[:40]}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(text(shown))
    message.add_alternative(page(shown), subtype="html")
    return message.as_bytes()


def issue(shown: Shown, *, key: str = "") -> tuple[str, str]:
    """Title and body of an issue. `key` is written into the body, so that a repeat finds the first one."""
    body = text(shown, made_inert=True)
    return inert(f"{shown.subject}: {shown.title}" if shown.title else shown.subject), (
        f"{body}\n\n{mark(key)}" if key else body
    )


def mark(key: str) -> str:
    """What an issue of ours is found again by."""
    return f"earnest-{key[:24]}"
