"""Mail: what of a message is somebody's own words. `test_mail_dovecot.py` reads it from a real server."""

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earnest.sources.mail.message import Message, MessageError, as_post, read_message
from earnest.sources.mail.quotes import own, own_markup
from tests.sources.hostile_payloads import SECRET, damaged_bodies

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SAMPLES = Path(__file__).parents[2] / "src/earnest/sources/mail/samples"


def mail(body: str, subject: str = "The pin is wrong", **headers: str) -> bytes:
    given = {
        "From": "Ann Example <Ann@Example.net>",
        "Message-ID": "<m1@example.net>",
        "Date": "Sat, 21 Nov 2026 10:00:00 +0100",
        "Subject": subject,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    kept = {name: value for name, value in given.items() if value}
    return ("".join(f"{name}: {value}\r\n" for name, value in kept.items()) + "\r\n" + body).encode()


def said(raw: bytes) -> str | None:
    post = as_post(read_message(raw, NOW), None, None)
    return post.text if post else None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("Two hours late.", "Two hours late.", id="no quotation"),
        pytest.param("> said before\nI agree.", "I agree.", id="an answer below a quotation"),
        pytest.param(
            "I agree.\n\nOn Mon, 3 Nov 2026 at 10:00, Bob <b@example.net> wrote:\n> said before\n> and more",
            "I agree.",
            id="an answer above, with the line that says who wrote",
        ),
        pytest.param(
            "I agree.\n\nOn Mon, 3 Nov 2026 at 10:00,\nBob <b@example.net>\nwrote:\n\n> said before",
            "I agree.",
            id="that line broken into three",
        ),
        pytest.param(
            "On Mon, 3 Nov 2026 Bob wrote:\n> is it late?\nYes.\n> always?\nNo.", "Yes.\nNo.", id="between"
        ),
        pytest.param("Sí.\n\nEl lun, 3 nov 2026, Ana escribió:\n> dicho", "Sí.", id="in Spanish"),
        pytest.param("Ja.\n\nAm 03.11.26 um 10:00 schrieb Bob:\n> gesagt", "Ja.", id="in German"),
        pytest.param("Oui.\n\nLe lun. 3 nov. 2026, Bob a écrit :\n> dit", "Oui.", id="in French"),
        pytest.param("Sim.\n\nEm seg., 3 de nov. de 2026, Ana escreveu:\n> dito", "Sim.", id="in Portuguese"),
        pytest.param(
            "I agree.\n\n-----Original Message-----\nFrom: Bob\nsaid", "I agree.", id="an original message"
        ),
        pytest.param(
            "Done.\n\nFrom: Bob <b@example.net>\nSent: Monday\nTo: Ann\nSubject: late\n\nsaid before",
            "Done.",
            id="the header of the mail that is answered",
        ),
        pytest.param("From: the depot, nothing.", "From: the depot, nothing.", id="just a word"),
        pytest.param("Late.\n-- \nAnn Example\n+44 20 7946 0000", "Late.", id="a signature"),
        pytest.param("Late.\n\nSent from my iPhone", "Late.", id="a telephone's own words"),
        pytest.param(
            "Late.\n_______________________________________________\nriders mailing list",
            "Late.",
            id="the footer of a list",
        ),
        pytest.param(
            "FYI\n\n---------- Forwarded message ---------\nFrom: Bob\nsaid", "FYI", id="a forwarded mail"
        ),
        pytest.param("> only\n> a quotation", "", id="nothing but a quotation"),
        pytest.param("On time wrote:\nnobody", "On time wrote:\nnobody", id="a sentence that is like one"),
    ],
)  # fmt: skip
def test_only_the_senders_own_words_stay(text: str, kept: str) -> None:
    assert own(text) == kept


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        ("<p>Late.</p><blockquote type=cite>before</blockquote>", "<p>Late.</p>"),
        ('Late.<div class="gmail_quote">On Mon wrote<div>deep</div>x</div> Really.', "Late. Really."),
        ('Late.<div id="appendonsend"></div><hr>From: Bob', "Late."),
        ("<blockquote>a<blockquote>b</blockquote>c</blockquote>mine", "mine"),
        ("Late.<blockquote>never closed", "Late."),
        ('<div class="moz-signature">Ann</div>Late.', "Late."),
    ],
)
def test_a_quotation_in_html_goes(markup: str, kept: str) -> None:
    assert own_markup(markup) == kept


def test_a_mail_becomes_a_post_with_what_it_tells() -> None:
    post = as_post(read_message(mail("Two hours.\r\n", Content_Language="es-MX"), NOW), "en", "Lyon")
    assert post is not None
    assert (post.id, post.text) == ("m1@example.net", "The pin is wrong\n\nTwo hours.")
    assert (post.author, post.lang, post.region) == ("ann@example.net", "es", "Lyon")
    assert post.created == post.version == datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    assert "ann" not in repr(post)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param(mail("Yes.", "Re: The pin is wrong"), "Yes.", id="an answer leaves out its subject"),
        pytest.param(mail("Yes.", In_Reply_To="<m0@example.net>"), "Yes.", id="or says what it answers"),
        pytest.param(mail("", "It is late"), "It is late", id="a subject alone"),
        pytest.param(mail("> before", "Re: late"), None, id="a quotation alone is nothing said"),
        pytest.param(
            mail("x", "=?utf-8?q?Tarde_=C2=A1otra_vez!?="), "Tarde ¡otra vez!\n\nx", id="an encoded subject"
        ),
        pytest.param(
            mail("caf=E9", "", Content_Type='text/plain; charset="iso-8859-1"',
                 Content_Transfer_Encoding="quoted-printable"),
            "café", id="Latin-1",
        ),
        pytest.param(
            mail("caf=C3=A9", "", Content_Type="text/plain; charset=us-ascii",
                 Content_Transfer_Encoding="quoted-printable"),
            "café", id="UTF-8 that calls itself ASCII",
        ),
        pytest.param(
            mail("caf=E9", "", Content_Type="text/plain; charset=x-klingon",
                 Content_Transfer_Encoding="quoted-printable"),
            "café", id="a charset nobody knows",
        ),
        pytest.param(
            mail("<p>Late &amp; cold</p><script>x()</script><blockquote>b</blockquote>", "",
                 Content_Type="text/html"),
            "Late & cold", id="HTML becomes text",
        ),
        pytest.param(
            mail("It was \r\nlate, \r\nagain.\r\nYes.", "", Content_Type="text/plain; format=flowed"),
            "It was late, again.\nYes.", id="lines the program broke are one",
        ),
    ],
)  # fmt: skip
def test_what_is_read_of_a_mail(raw: bytes, text: str | None) -> None:
    assert said(raw) == text


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; type=vacation"},
        {"X_Autoreply": "yes"},
        {"Precedence": "auto_reply"},
        {"Content_Type": 'multipart/report; boundary="b"'},
        {"From": "Mail Delivery <MAILER-DAEMON@example.net>"},
        {"Return_Path": "<>"},
        {"Content_Type": "multipart/encrypted; boundary=b"},
    ],
    ids=lambda headers: next(iter(headers.items()))[1],
)
def test_nobody_says_what_a_program_answers(headers: dict[str, str]) -> None:
    message = read_message(mail("I am away.", **headers), NOW)
    assert message.automatic
    assert as_post(message, None, None) is None


def test_a_plain_mail_is_not_taken_for_an_automatic_one() -> None:
    assert read_message(mail("Late.", Auto_Submitted="no"), NOW).automatic is None


@pytest.mark.parametrize(
    "header", [{"X_No_Archive": "Yes"}, {"Archive": "no"}], ids=["X-No-Archive", "Archive"]
)
def test_who_asks_not_to_be_archived_is_told_to_the_gate(header: dict[str, str]) -> None:
    from earnest.gate.optout import flagged_out

    assert flagged_out(read_message(mail("x", **header), NOW).flags)


def test_a_list_that_writes_its_own_address_still_tells_the_senders() -> None:
    list_ = {
        "From": "Ann via Riders <riders@lists.example.org>",
        "List_Id": "Riders <Riders.lists.example.org>",
        "List_Post": "<mailto:riders@lists.example.org>",
        "Reply_To": "riders@lists.example.org, ann@example.net",
    }
    message = read_message(mail("Late.", "[Riders] Late again", **list_), NOW)
    assert (message.author, message.subject) == ("ann@example.net", "Late again")
    assert (message.lists, message.bulk) == (frozenset({"riders.lists.example.org"}), True)


def test_a_place_is_of_the_kind_that_its_settings_make_it() -> None:
    from earnest.flow.trying import check_kind
    from earnest.record.errors import Refused

    check_kind("mail", "addressed", {})
    check_kind("mail", "open", {"list_id": "riders.lists.example.org"})
    for kind, told in (("open", {}), ("addressed", {"list_id": "riders.lists.example.org"})):
        with pytest.raises(Refused, match="not"):
            check_kind("mail", kind, told)


def test_attachments_and_forwarded_mails_are_not_read() -> None:
    whole = EmailMessage()
    whole["From"], whole["Message-ID"], whole["Subject"] = "a@example.net", "<w@x>", "Photo"
    whole.set_content("See the picture.")
    whole.add_alternative("<p>See the picture, in HTML.</p>", subtype="html")
    whole.add_attachment(f"{SECRET} in a file", filename="notes.txt")
    inner = EmailMessage()
    inner.set_content(f"{SECRET} in another mail")
    whole.add_attachment(inner)
    assert said(bytes(whole)) == "Photo\n\nSee the picture."


def test_a_date_that_cannot_be_is_that_of_the_arrival() -> None:
    raw = mail("x", Date="Fri, 01 Jan 9999 00:00:00 +0000")
    assert read_message(raw, NOW, NOW).created == NOW


def test_a_mail_without_a_name_has_one_that_stays() -> None:
    raw = mail("x", Message_ID="")
    assert (
        read_message(raw, NOW).id
        == read_message(raw, NOW).id
        != read_message(mail("y", Message_ID=""), NOW).id
    )


MIXED = (SAMPLES / "html-only.eml").read_bytes()


@pytest.mark.parametrize("raw", [pytest.param(raw, id=name) for name, raw in damaged_bodies(MIXED)])
def test_a_damaged_mail_is_a_post_or_a_clear_refusal(raw: bytes) -> None:
    _sound(raw)


@given(st.binary(max_size=2_000), st.integers(0, 3_000))
def test_no_bytes_break_the_reading(noise: bytes, at: int) -> None:
    _sound(MIXED[:at] + noise + MIXED[at:])


def check_error_words(told: str) -> None:
    assert told
    assert SECRET not in told


def _sound(raw: bytes) -> None:
    try:
        message = read_message(raw, NOW)
        post = as_post(message, None, None)
    except MessageError as error:
        check_error_words(str(error))
        return
    assert isinstance(message, Message)
    if post is not None:
        assert "\0" not in post.text + post.id + (post.author or "")
        (post.text + post.id + (post.author or "")).encode()


def test_ten_thousand_parts_and_levels_cost_little() -> None:
    level = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(1_500))
    parts = "Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n\nx\n" * 8_000
    for raw in (
        level,
        parts,
        "From: a@b\n\n" + "> " * 60_000,
        "Subject: " + "=?utf-8?q?x?= " * 2_000 + "\n\nx",
    ):
        _sound(raw.encode())


@pytest.mark.parametrize("name", sorted(one.name for one in SAMPLES.glob("*.eml")))
def test_the_samples_are_read(name: str) -> None:
    assert read_message((SAMPLES / name).read_bytes(), NOW).id
