"""Messengers, through the library apprise (extra `notices`): which of its services may be used, and how.

Apprise opens its own connections, so it is let out in a process of its own where each one is judged when it
is made (`egress.confined`): private addresses, sockets of this machine, starting programs and writing files
are refused there. Redirects are not followed. Chosen besides, by a list: services that carry a message to a
team or to a person on duty. Not on the list: what runs on this machine (desktop notices, syslog), what
reads keys from files, what speaks to devices and brokers, what posts in public (a message is for those it
is for), and mail and webhooks, which Earnest has itself.

What cannot be had: apprise has no key that a receiver could fold repeats by; each message ends with a short
reference instead. What a service does with a message is beyond reach.
"""

import re
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from earnest.notify.base import Delivered, Later, Never, Outcome
from earnest.record.errors import BadSetting, MissingExtra

CHILD = "earnest.notify.apprise_child"
SECONDS = 30.0

SCHEMAS: dict[str, str] = {
    # teams
    "slack": "Slack",
    "workflow": "Microsoft Teams",
    "workflows": "Microsoft Teams",
    "discord": "Discord",
    "tgram": "Telegram",
    "mmost": "Mattermost",
    "mmosts": "Mattermost",
    "rocket": "Rocket.Chat",
    "rockets": "Rocket.Chat",
    "zulip": "Zulip",
    "gchat": "Google Chat",
    "webex": "Webex",
    "wxteams": "Webex",
    "matrix": "Matrix",
    "matrixs": "Matrix",
    "nctalk": "Nextcloud Talk",
    "nctalks": "Nextcloud Talk",
    "ncloud": "Nextcloud",
    "nclouds": "Nextcloud",
    "synology": "Synology Chat",
    "synologys": "Synology Chat",
    "ringc": "RingCentral",
    "zoom": "Zoom",
    "cliq": "Zoho Cliq",
    "zcliq": "Zoho Cliq",
    "zohocliq": "Zoho Cliq",
    "ryver": "Ryver",
    "flock": "Flock",
    "twist": "Twist",
    "guilded": "Guilded",
    "revolt": "Revolt",
    "stackfield": "Stackfield",
    "humhub": "HumHub",
    "humhubs": "HumHub",
    "feishu": "Feishu",
    "lark": "Lark",
    "dingtalk": "DingTalk",
    "wecombot": "WeCom",
    "line": "Line",
    "kook": "Kook",
    "zalo": "Zalo",
    "viber": "Viber",
    "threema": "Threema",
    "groupme": "GroupMe",
    "whatsapp": "WhatsApp",
    "whapi": "WhatsApp (Whapi)",
    "signal": "Signal",
    "signals": "Signal",
    "kakao": "KakaoTalk",
    "kakaotalk": "KakaoTalk",
    # a person's own telephone or desk
    "ntfy": "ntfy",
    "ntfys": "ntfy",
    "gotify": "Gotify",
    "gotifys": "Gotify",
    "pover": "Pushover",
    "pbul": "Pushbullet",
    "psafer": "Pushsafer",
    "psafers": "Pushsafer",
    "pushy": "Pushy",
    "pushed": "Pushed",
    "pushdeer": "PushDeer",
    "pushdeers": "PushDeer",
    "prowl": "Prowl",
    "bark": "Bark",
    "barks": "Bark",
    "join": "Join",
    "simplepush": "Simplepush",
    "spush": "Simplepush",
    "onesignal": "OneSignal",
    "notica": "Notica",
    "noticas": "Notica",
    "notifiarr": "Notifiarr",
    "chanify": "Chanify",
    "wxpusher": "WxPusher",
    "pushme": "PushMe",
    "pushplus": "Pushplus",
    "schan": "ServerChan",
    "push": "Techulus Push",
    "ifttt": "IFTTT",
    # who is on duty
    "pagerduty": "PagerDuty",
    "opsgenie": "Opsgenie",
    "splunk": "Splunk On-Call",
    "victorops": "Splunk On-Call",
    "pagertree": "PagerTree",
    "squadcast": "Squadcast",
    "spike": "Spike.sh",
    "incidentio": "incident.io",
    "ilert": "ilert",
    "signl4": "SIGNL4",
    "betterstack": "Better Stack",
    "firehydrant": "FireHydrant",
    "goalert": "GoAlert",
    "goalerts": "GoAlert",
    "xmatters": "xMatters",
    # text messages
    "twilio": "Twilio",
    "vonage": "Vonage",
    "nexmo": "Vonage",
    "plivo": "Plivo",
    "msgbird": "MessageBird",
    "sinch": "Sinch",
    "telnyx": "Telnyx",
    "infobip": "Infobip",
    "clicksend": "ClickSend",
    "clickatell": "Clickatell",
    "msg91": "MSG91",
    "bulksms": "BulkSMS",
    "bulkvs": "BulkVS",
    "smsmanager": "SMS Manager",
    "smsmgr": "SMS Manager",
    "seven": "seven",
    "46elks": "46elks",
    "elks": "46elks",
    "octopush": "Octopush",
    "kaleyra": "Kaleyra",
    "klr": "Kaleyra",
    "kavenegar": "Kavenegar",
    "d7sms": "D7 Networks",
    "cm": "CM.com",
    "exotel": "Exotel",
    "atalk": "Africa's Talking",
    "voipms": "VoIP.ms",
    "freemobile": "Free Mobile",
    "sfr": "SFR",
    "burstsms": "Kudosity",
    "kudosity": "Kudosity",
    "httpsms": "httpSMS",
    "dapnet": "DAPNET",
}
"""What an address may begin with, and what a person calls it."""

_ADDRESS = re.compile(r"([a-z0-9]{2,12})://[^\s\x00-\x1f]{1,900}", re.IGNORECASE)


def available() -> bool:
    """Whether the library is installed."""
    return find_spec("apprise") is not None


def needed() -> None:
    """Raises MissingExtra without the library."""
    if not available():
        raise MissingExtra("Messengers such as Slack or Teams", "notices")


def service(address: str) -> str:
    """The service of an address, by its name for people. Raises BadSetting for one that is not on the
    list.
    """
    found = _ADDRESS.fullmatch(address.strip())
    if not found:
        raise BadSetting(
            "This is no address of a messenger.",
            advice="Write it as apprise does, such as slack://… or tgram://….",
        )
    name = SCHEMAS.get(found[1].lower())
    if name is None:
        raise BadSetting(
            f"'{found[1][:12]}' is not a messenger that Earnest sends to.",
            advice="What stays on this machine, posts in public or reads files is left out; mail and webhooks"
            " are channels of their own.",
        )
    return name


def request(address: str, subject: str, text: str) -> dict[str, Any]:
    """What the child is asked. The address holds a key: it goes by standard input alone."""
    service(address)
    return {"address": address.strip(), "subject": subject, "text": text}


def read(said: Mapping[str, Any]) -> Outcome:
    """The outcome of what the child said."""
    status = said.get("status")
    status = status if isinstance(status, int) and 100 <= status < 600 else None
    after = said.get("after")
    wait = float(after) if isinstance(after, int | float) and 0 <= after < 604_800 else None
    if said.get("sent") is True:
        return Delivered(status)
    error = said.get("error")
    if error == "no_extra":
        return Never("no_extra")
    if error in ("not_allowed", "address"):
        return Never("not_allowed")
    if error == "slow":
        return Later("unsure", status, wait)
    if status is None or status >= 500 or status in (408, 409, 425, 429):
        return Later("slow" if status == 429 else "busy" if status else "unreachable", status, wait)
    if status < 400:
        return Never("refused", status)  # a redirect is not followed: the address is to be mended
    return Never(
        {401: "sign_in", 403: "forbidden", 404: "not_found", 410: "gone"}.get(status, "refused"), status
    )
