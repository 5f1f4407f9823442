"""What somebody said themselves in a mail: without what they quote, forward or sign with.

A quotation that stayed would be counted as said twice, and a signature is a name and a telephone number.
Promise: linear time, no markup is judged here but by its tags, and a mail that is nothing but a quotation has
nothing left.
"""

import re

_LONG = 400
"""Characters. A longer line is nobody's attribution or mark."""

_MARK = re.compile(
    r"\s*[-_*=]{2,}\s*(?:begin )?(?:original message|forwarded message|original-nachricht"
    r"|ursprüngliche nachricht|weitergeleitete nachricht|mensaje original|mensaje reenviado"
    r"|message d['’]origine|message transféré|message original|mensagem original|mensagem encaminhada)"
    r"\s*[-_*=]{2,}\s*",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*_{16,}\s*")
_BEGIN_FORWARD = re.compile(
    r"\s*(?:begin forwarded message|anfang der weitergeleiteten nachricht)\s*:\s*", re.I
)
_FROM = re.compile(r"\s*\*?(?:from|de|von|da)\s*:\*?\s", re.IGNORECASE)
_HEADER = re.compile(
    r"\s*\*?(?:sent|date|to|subject|cc|enviado(?: el)?|fecha|para|asunto|gesendet|datum|an|betreff|envoyé|à"
    r"|objet|data|assunto|reply-to)\s*:\*?\s",
    re.IGNORECASE,
)
_ATTRIBUTION = re.compile(
    r"\s*>?\s*(?:on|at|el|am|le|em|il|op|den|a\(z\)|quoting|citando|\d{1,4}[-/.])\b.{4,300}?"
    r"(?:\bwrote|\bescribió|\bschrieb\b.{0,120}|\ba écrit|\bescreveu|\bha scritto"
    r"|\bschreef\b.{0,120})\s*:\s*",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"\s*(?:sent from my |sent with |sent via |get outlook for |enviado desde mi |enviado do meu "
    r"|obtener outlook |von meinem .{1,40} gesendet|gesendet von |gesendet mit |envoyé de mon |envoyé depuis "
    r"|envoyé à partir de ).{0,120}",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"--[ \t]?")


def own(text: str) -> str:
    """The lines that are the sender's own."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.lstrip(" \t").startswith(">"):
            at += 1
            continue
        short = len(line) <= _LONG
        if _SIGNATURE.fullmatch(line) or (short and _ends_here(lines, at)):
            break
        span = _attribution(lines, at) if short else 0
        if span:
            at += span
            if not _next_is_quoted(lines, at):
                break
            continue
        if not (short and _DEVICE.fullmatch(line)):
            kept.append(line)
        at += 1
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _ends_here(lines: list[str], at: int) -> bool:
    """Whether what follows is another message, or the footer of a list."""
    line = lines[at]
    if _RULE.fullmatch(line) or _MARK.fullmatch(line) or _BEGIN_FORWARD.fullmatch(line):
        return True
    if not _FROM.match(line):
        return False
    return sum(_HEADER.match(one[:_LONG]) is not None for one in lines[at + 1 : at + 6]) >= 2


def _attribution(lines: list[str], at: int) -> int:
    """How many lines say "On … somebody wrote:", as mail programs break it; 0 where none."""
    joined = ""
    for count, line in enumerate(lines[at : at + 3], 1):
        joined = f"{joined} {line.strip()}".strip()
        if not line.strip() or len(joined) > _LONG:
            return 0
        dated = any(map(str.isdigit, joined)) or "@" in joined
        if dated and joined.endswith(":") and _ATTRIBUTION.fullmatch(joined):
            return count
    return 0


def _next_is_quoted(lines: list[str], at: int) -> bool:
    for line in lines[at:]:
        if line.strip():
            return line.lstrip().startswith(">")
    return False


_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]*)([^<>]*)>")
_NAMED = re.compile(r"""\b(?:class|id)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_QUOTING = frozenset(
    {
        "gmail_quote", "gmail_quote_container", "gmail_attr", "gmail_signature", "yahoo_quoted",
        "moz-cite-prefix", "moz-signature", "moz-forward-container", "protonmail_quote",
        "protonmail_signature_block", "tutanota_quote", "zmail_extra", "signature", "mobileheader",
        "mail-editor-reference-message-container", "ms-outlook-mobile-signature",
    }
)  # fmt: skip
_AFTER = frozenset({"appendonsend", "divrplyfwdmsg", "x_divrplyfwdmsg", "stopspelling"})
"""Of Outlook: everything after one of these is the message that is answered."""


def own_markup(markup: str) -> str:
    """HTML without quotations and signatures, as mail programs mark them."""
    kept: list[str] = []
    at = 0
    inside, depth = "", 0
    for tag in _TAG.finditer(markup):
        closes, name, rest = tag.groups()
        name = name.lower()
        if inside:
            if name == inside and not rest.endswith("/"):
                depth += -1 if closes else 1
                if depth == 0:
                    inside, at = "", tag.end()
            continue
        if closes:
            continue
        names = _names(rest)
        if names & _AFTER:
            kept.append(markup[at : tag.start()])
            return "".join(kept)
        if name == "blockquote" or names & _QUOTING:
            kept.append(markup[at : tag.start()])
            inside, depth = name, 1
    if not inside:
        kept.append(markup[at:])
    return "".join(kept)


def _names(attributes: str) -> set[str]:
    found: set[str] = set()
    for one in _NAMED.finditer(attributes[:2_000]):
        found.update((one[1] or one[2] or one[3] or "").lower().split())
    return found
