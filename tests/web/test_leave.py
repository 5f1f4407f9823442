"""The opt-out page: two proofs, private addresses, receipts. Every post is synthetic."""

import json
import re
import time
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from earnest.flow import receipt
from earnest.flow.codes import ALPHABET
from earnest.flow.listen import listen, model_for, open_stages
from earnest.gate import optout
from earnest.gate.voice import Keys
from earnest.record.raw import Page, RawPost
from earnest.sources.submit.sign import new_secret, signature
from earnest.store import clock, erase, read
from earnest.store.models import AuditLink, LeaveCode
from earnest.web.leave_words import WORDS
from earnest.web.views import leave

NOW = datetime.now(UTC)
SAID = "The new scanner refuses every second parcel at the Leeds counter, zebrafinch."


@pytest.fixture(autouse=True)
def keys(home: Path) -> Keys:
    leave.ASKED.clear()
    return Keys.make(home / "keys" / "voices.key")


def hear(home: Path, *posts: RawPost, place: str = "bristol") -> None:
    """Posts in a room of the sample, through the real stages."""

    class Room:
        def read(self, cursor: str | None) -> list[Page]:
            return [Page(posts, "{}", done=True)]

    there = read.listening_place("riders", place)
    stages = open_stages(there, Keys.open(home / "keys" / "voices.key"), model_for("gig-delivery", home))
    listen(there, Room(), stages)


def said(id: str, text: str, author: str = "canaryann") -> RawPost:
    return RawPost(id, text, NOW, author)


def found(word: str = "zebrafinch") -> tuple[read.PostRow, ...]:
    return read.posts("riders", read.Filters(q=word)).rows


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.content
    return unescape(answer.content.decode())


def new_code(client: Client, lang: str = "en") -> tuple[str, str]:
    """The private address and the code on it."""
    answer = client.post(f"/leave/riders?lang={lang}")
    assert answer.status_code == 302
    shown = re.search(r"earnest-out-[a-z2-9-]{14}", page(client, answer["Location"]))
    assert shown is not None
    return answer["Location"], shown[0]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_page_says_every_way_and_is_linked_from_notice_and_form(
    client: Client, desk: None, lang: str
) -> None:
    shown = page(client, f"/leave/riders?lang={lang}")
    for words in ("lead", "one", "two", "three", "known", "back"):
        assert WORDS[lang][words] in shown
    for before in (f"/notice/riders?lang={lang}", f"/say/riders?lang={lang}"):
        assert f"/leave/riders?lang={lang}" in page(client, before)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_words_on_the_page_work_as_they_are_written(lang: str) -> None:
    for word in WORDS[lang]["one_words"]:
        assert optout.wish(word) == optout.Wish(back=False)


def test_a_posted_code_puts_the_account_out_and_the_private_page_shows_the_receipt(
    client: Client, desk: None, home: Path
) -> None:
    hear(home, said("1", SAID), said("2", f"{SAID} Really.", "bob"))
    url, code = new_code(client)
    assert WORDS["en"]["mine_wait"] in page(client, url)
    hear(home, said("3", f"hello {code} there"))
    assert [row.text for row in found()] == [f"{SAID} Really."]
    shown = page(client, url)
    assert WORDS["en"]["mine_done"] in shown
    assert "Posts erased: 1" in shown
    assert "Places: Bristol riders" in shown
    assert "canary" not in shown
    hear(home, said("4", f"{SAID} Again."))
    assert len(found()) == 1


def test_the_receipt_is_a_file_that_can_be_checked(
    client: Client, desk: None, home: Path, keys: Keys
) -> None:
    url, code = new_code(client)
    file = f"{url.partition('?')[0]}/receipt.txt"
    assert client.get(file).status_code == 404
    hear(home, said("3", code))
    first, again = client.get(file), client.get(f"{file}?lang=en")
    assert first.content == again.content
    assert "attachment" in first["Content-Disposition"]
    text = first.content.decode()
    assert receipt.genuine(keys, text)
    assert receipt.genuine(keys, text.replace("\n", "\r\n"))
    assert not receipt.genuine(keys, text.replace("Posts erased: 0", "Posts erased: 7"))
    assert not receipt.genuine(Keys.passing(), text)


def test_a_code_works_once_and_for_whoever_posted_it_first(client: Client, desk: None, home: Path) -> None:
    url, code = new_code(client)
    hear(home, said("1", SAID), said("2", SAID, "bob"))
    hear(home, said("3", code, "bob"))
    before = page(client, url)
    hear(home, said("4", code))
    assert page(client, url) == before
    assert not found()  # whoever posts a code is out, receipt or not


def test_an_old_code_still_puts_out_but_has_no_receipt(
    client: Client, desk: None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, code = new_code(client)
    hear(home, said("1", SAID))
    LeaveCode.objects.update(expires=NOW - timedelta(days=1))
    assert WORDS["en"]["mine_expired"] in page(client, url)
    hear(home, said("2", code))
    assert not found()
    assert LeaveCode.objects.get().done is None
    erase.sweep(clock.now())
    assert client.get(url).status_code == 404


def test_neither_the_code_nor_the_private_address_is_in_the_database(client: Client, desk: None) -> None:
    url, code = new_code(client)
    token = url.partition("/code/")[2].partition("?")[0]
    row = LeaveCode.objects.get()
    kept = repr([bytes(row.hash), row.places, row.posts])
    assert token not in kept
    assert code[12:] not in kept
    assert len({*ALPHABET}) == 32
    assert re.fullmatch(f"[{optout.CODE}]{{32}}", ALPHABET)


@pytest.mark.parametrize("token", ["x" * 32, "x", "%01", "x" * 500, "é" * 32])
def test_a_guessed_private_address_is_nowhere(client: Client, desk: None, token: str) -> None:
    assert client.get(f"/leave/riders/code/{token}").status_code == 404
    assert client.get(f"/leave/riders/sent/{token}").status_code == 404
    assert client.post(f"/leave/riders/sent/{token}").status_code == 404


def test_codes_of_one_programme_are_nothing_in_another(client: Client, desk: None) -> None:
    url, _ = new_code(client)
    assert client.get(url.replace("/riders/", "/shoppers/")).status_code == 404


def test_too_many_codes_from_one_address_wait(client: Client, desk: None) -> None:
    for _ in range(leave.ASKED.times):
        leave.ASKED.note("127.0.0.1")
    answer = client.post("/leave/riders")
    assert answer.status_code == 429
    assert WORDS["en"]["often"] in unescape(answer.content.decode())


def sent(client: Client, text: str = SAID) -> str:
    """Send by the form; the private address that the thanks show."""
    answer = client.post("/say/riders", {"text": text})
    thanks = page(client, answer["Location"])
    shown = re.search(r"/leave/riders/sent/[\w-]{43}", thanks)
    assert shown is not None
    return shown[0]


def test_a_submission_can_be_erased_by_its_private_address_and_no_other(client: Client, desk: None) -> None:
    first, second = sent(client), sent(client, f"{SAID} Second.")
    assert WORDS["en"]["linked_says"] in page(client, first)
    assert len(found()) == 2
    answer = client.post(first)
    assert answer.status_code == 302
    assert [row.text for row in found()] == [f"{SAID} Second."]
    assert WORDS["en"]["linked_done"] in page(client, answer["Location"])
    file = client.get(f"{first}/receipt.txt").content
    assert file == client.get(f"{first}/receipt.txt").content
    assert WORDS["en"]["linked_says"] in page(client, second)
    assert AuditLink.objects.filter(action="erased_on_request").count() == 1


def test_the_private_address_is_shown_once_and_stands_in_no_other(client: Client, desk: None) -> None:
    answer = client.post("/say/riders", {"text": SAID})
    assert "sent" not in answer["Location"]
    assert "/sent/" in page(client, answer["Location"])
    assert "/sent/" not in page(client, answer["Location"])


def test_what_was_withheld_gets_the_same_link_and_the_same_receipt(
    client: Client, desk: None, keys: Keys
) -> None:
    texts = []
    for text in (SAID, "We should found a union at the depot and strike next week."):
        url = sent(client, text)
        client.post(url)
        got = client.get(f"{url}/receipt.txt").content.decode()
        assert receipt.genuine(keys, got)
        texts.append(got.partition("Signed")[0])
    assert re.sub(r"\d", "0", texts[0]) == re.sub(r"\d", "0", texts[1])


def test_a_changed_link_is_refused(client: Client, desk: None) -> None:
    url = sent(client)
    for at in (-1, -20, -43):
        other = "A" if url[at] != "A" else "B"
        changed = url[:at] + other + url[len(url) + at + 1 :]
        status = client.get(changed).status_code
        # the last letter of base64 holds two bits that nobody reads
        assert status == 404 or (at == -1 and status == 200)
    assert len(found()) == 1


def test_private_pages_are_told_to_nobody(client: Client, desk: None) -> None:
    url, _ = new_code(client)
    answer = client.get(url)
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "no-store"


def test_who_sends_for_others_gets_the_private_address_to_pass_on(
    client: Client, desk: None, home: Path
) -> None:
    secret = new_secret()
    (home / "keys" / "submit-riders.key").write_text(f"{secret}\n")
    body = json.dumps({"text": SAID, "id": "ticket-7"}).encode()
    links = set()
    for message in ("msg_1", "msg_2"):
        stamp = int(time.time())
        headers = {
            "webhook-id": message,
            "webhook-timestamp": f"{stamp}",
            "webhook-signature": signature(secret, message, stamp, body),
        }
        answer = client.post("/api/submit/riders", body, content_type="application/json", headers=headers)
        links.add(answer.json()["leave"])
    (link,) = links
    assert link.startswith("http://testserver/leave/riders/sent/")
    assert len(found()) == 1
    client.post(link)
    assert not found()
