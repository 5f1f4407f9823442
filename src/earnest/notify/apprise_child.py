"""The child process in which apprise sends one message. Run by `egress.confined`; never imported by
others.
"""

import logging
from typing import Any

from earnest.egress import confined


def main() -> None:
    """Read one request, send it, say how that went: nothing of the message or the address comes back."""
    request = confined.settle_in()
    try:
        said = send(request)
    except confined.NotAllowed:
        said = {"error": "not_allowed"}
    except ImportError:
        said = {"error": "no_extra"}
    except Exception:  # noqa: BLE001 - a foreign library: whatever it does is one answer
        said = {"error": "unexpected"}
    confined.answer(said)


def send(request: dict[str, Any]) -> dict[str, Any]:
    """One message by apprise; the last status and Retry-After that a server answered are noted on the way."""
    import apprise
    import requests

    from earnest.notify.apprise import service

    logging.disable(logging.CRITICAL)
    service(request["address"])
    seen: dict[str, Any] = {}
    inner = requests.Session.send

    def noted(
        self: requests.Session, prepared: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        options["allow_redirects"] = False
        options["timeout"] = 10
        try:
            got = inner(self, prepared, **options)
        except requests.RequestException as error:
            if refused(error):
                seen["error"] = "not_allowed"
            raise
        seen["status"] = got.status_code
        after = got.headers.get("retry-after", "")
        if after.isascii() and after.isdigit():
            seen["after"] = int(after[:6])
        return got

    requests.Session.send = noted  # type: ignore[assignment, method-assign]
    asset = apprise.AppriseAsset(
        async_mode=False,
        http_redirects=False,
        secure_logging=True,
        pgp_autogen=False,
        pem_autogen=False,
        storage_mode=apprise.PersistentStoreMode.MEMORY,
        app_id="Earnest",
        app_desc="Earnest",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        image_path_mask="",
    )
    out = apprise.Apprise(asset=asset)
    if not out.add(request["address"]) or len(out) != 1:
        return {"error": "address"}
    sent = out.notify(
        title=request["subject"], body=request["text"], body_format=apprise.NotifyFormat.TEXT, attach=None
    )
    return {"sent": True, **seen} if sent else {"sent": False, **seen}


def refused(error: BaseException | None) -> bool:
    """Whether the guard stood behind a library's error."""
    while error is not None:
        if isinstance(error, confined.NotAllowed) or "This address is not allowed." in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


if __name__ == "__main__":
    main()
