"""Bad input, cursors, ETags, versions, keys and rates: what each request is answered."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earnest.api.v1 import cursor, rate
from earnest.api.v1.edge import depth
from earnest.api.v1.problems import Problem
from earnest.store import erase, models, read
from tests.api.conftest import Program
from tests.web import sample

BAD = (
    ("posts?limit=0", None, 422, "query.limit"),
    ("posts?limit=101", None, 422, "query.limit"),
    ("posts?limit=five", None, 422, "query.limit"),
    ("posts?limit=٣", None, 422, "query.limit"),
    ("posts?since=yesterday", None, 422, "query.since"),
    ("posts?since=2026-02-30", None, 422, "query.since"),
    ("posts?since=1700000000", None, 422, "query.since"),
    ("posts?since=2026-02-03&until=2026-02-01", None, 422, "query.since"),
    ("posts?place=nowhere", None, 422, "query.place"),
    ("posts?kind=gossip", None, 422, "query.kind.0"),
    ("posts?label=Pay%20Tips", None, 422, "query.label.0"),
    ("posts?tone=negative", None, 422, "query.tone"),
    ("posts?author=ana", None, 422, "query.author"),
    ("posts?q=" + "x" * 301, None, 422, "query.q"),
    ("posts?cursor=bm90", None, 400, "query.cursor"),
    ("posts?cursor=%00", None, 422, "query.cursor"),
    ("posts?q=" + "x" * 9_000, None, 414, ""),
    ("figures?since=2026-02-03&until=2026-02-01", None, 422, ""),
    ("themes?weeks=5", None, 422, "query.weeks"),
    ("stream?kind=gossip", None, 422, "query.kind.0"),
    ("stream?after=-1", None, 400, "query.after"),
    ("stream?who=me", None, 422, "query.who"),
    ("cases", b"", 422, "body"),
    ("cases", b"{", 400, "body"),
    ("cases", b"[]", 422, "body"),
    ("cases", b"\xff\xfe", 400, "body"),
    ("cases", b'{"title": NaN}', 400, "body"),
    ("cases", b'{"title": "Tips", "severity": "huge"}', 422, "body.severity"),
    ("cases", b'{"title": "Tips", "owner": 1, "admin": true}', 422, "body.owner"),
    ("cases", b'{"title": 12}', 422, "body.title"),
    ("cases", b'{"title": "Tips", "posts": ["1"]}', 422, "body.posts.0"),
    ("cases", b'{"title": ""}', 422, "body.title"),
    ("cases", b'{"title": "who talks to the union"}', 422, ""),
    ("cases", b"[" * 40 + b"]" * 40, 400, "body"),
    ("cases", b'{"title": "' + b"x" * 300_000 + b'"}', 413, "body"),
    ("posts/987654/correct", b'{"labels": ["pay.tips"], "kind": "report"}', 404, ""),
    ("alerts/987654/close", b'{"reason": "real"}', 404, ""),
    ("inbox/settle", b'{"posts": [], "how": "done"}', 422, "body.posts"),
    ("inbox/settle", b'{"posts": [1], "how": "later"}', 422, "body.until"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("path", "body", "status", "where"), BAD, ids=[f"{path[:34]} {str(body)[:30]}" for path, body, *_ in BAD]
)
def test_bad_input_is_refused_with_a_sentence_and_a_place(program, path, body, status, where):
    sent = program("lead")
    address = f"/api/v1/riders/{path}"
    answer = sent.get(address) if body is None else sent.generic("POST", address, body, "application/json")
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = json.loads(answer.content)
    assert told["status"] == status
    assert told["detail"].endswith((".", "!", "?"))
    assert told.get("where", "") == where
    assert "Traceback" not in answer.content.decode()


def test_fields_of_unknown_names_are_all_named(program):
    told = program().ask("cases", "POST", {"title": "Tips", "owner": 1, "rank": 2}).json()
    assert [one["where"] for one in told["errors"]] == ["body.owner", "body.rank"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "posts", 405),
        ("DELETE", "cases/1", 405),
        ("POST", "stream", 405),
        ("GET", "nothing/here", 404),
    ],
)
def test_what_is_no_route_is_said_as_a_problem(program, method, path, status):
    answer = program().ask(path, method, None if method == "GET" else {})
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert status == 404 or answer.headers["Allow"]


def test_a_form_is_no_body(program):
    answer = program().post("/api/v1/riders/cases", {"title": "Tips"})
    assert answer.status_code == 415


@given(
    st.recursive(
        st.none() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    )
)
def test_how_deep_a_body_is_is_told_before_it_is_read(value):
    def deep(one):
        if isinstance(one, dict):
            return 1 + max(map(deep, one.values()), default=0)
        return 1 + max(map(deep, one), default=0) if isinstance(one, list) else 0

    assert depth(json.dumps(value).encode()) == deep(value)


@settings(max_examples=40)
@given(st.text(max_size=60), st.text("0123456789.-é", max_size=60), st.binary(max_size=60))
def test_a_cursor_is_good_for_its_own_question_only(question, value, noise):
    word = cursor.write("posts", {"q": question}, value)
    assert cursor.read("posts", {"q": question}, word) == value
    for name, asked, said in (
        ("cases", {"q": question}, word),
        ("posts", {"q": question + "x"}, word),
        ("posts", {"q": question}, word[:-1] + ("A" if word[-1] != "A" else "B")),
        ("posts", {"q": question}, noise.hex() + "é"),
    ):
        with pytest.raises(Problem):
            cursor.read(name, asked, said)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(
    limit=st.integers(1, 5),
    turns=st.lists(st.tuples(st.sampled_from(["newer", "older", "gone"]), st.integers(0, 11)), max_size=8),
)
def test_whoever_walks_all_pages_sees_none_twice_and_none_that_stayed_is_lost(limit, turns, program, request):
    place = read.listening_place("riders", "form").id
    number = getattr(request.node, "turn", 0)
    request.node.turn = number + 1
    region, now = f"Walk {number}", datetime.now(UTC)
    items = [
        sample.item(f"{region}/{n}", now - timedelta(hours=n + 1), n, mood=False, region=region)
        for n in range(12)
    ]
    sample.keep(place, items)
    there = {row.id for row in read.posts("riders", read.Filters(regions=(region,))).rows}
    sent, gone, seen = program(), set(), []
    address = f"posts?region={region}&folded=no&limit={limit}".replace(" ", "%20")
    rate.forget()
    models.ApiUse.objects.all().delete()
    word, left = "", list(turns)
    for _ in range(60):
        page = sent.ask(f"{address}&cursor={word}" if word else address).json()
        seen += [post["id"] for post in page["items"]]
        word = page["next"]
        if left:
            what, n = left.pop()
            if what == "gone":
                before = {row.id for row in read.posts("riders", read.Filters(regions=(region,))).rows}
                erase.erase_posts(place, [items[n].post.key])
                after = {row.id for row in read.posts("riders", read.Filters(regions=(region,))).rows}
                gone |= before - after
            else:
                at = now if what == "newer" else now - timedelta(hours=n, minutes=30)
                sample.keep(
                    place, [sample.item(f"{region}/{what}/{len(left)}", at, n, mood=False, region=region)]
                )
        if word is None:
            break
    assert word is None
    assert len(seen) == len(set(seen))
    assert there - gone <= set(seen)


def test_what_did_not_change_is_304_and_what_did_is_not(program):
    sent = program()
    first = sent.ask("posts?limit=3")
    again = sent.ask("posts?limit=3", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    newest = first.json()["items"][0]["id"]
    sent.ask(f"posts/{newest}/correct", "POST", {"labels": ["pay.tips"], "kind": "idea"})
    changed = sent.ask("posts?limit=3", If_None_Match=first.headers["ETag"])
    assert changed.status_code == 200
    assert changed.json()["items"][0]["corrected"]


def test_what_was_erased_changes_the_etag_at_once(program):
    sent = program()
    first = sent.ask("posts?place=form&limit=1")
    id = first.json()["items"][0]["id"]
    key = bytes(models.Post.objects.get(pk=id).key)
    erase.erase_posts(read.listening_place("riders", "form").id, [key])
    again = sent.ask("posts?place=form&limit=1", If_None_Match=first.headers["ETag"])
    assert again.status_code == 200
    assert again.json()["items"][0]["id"] != id
    assert sent.ask(f"posts/{id}").status_code == 404


def opened(sent: Program, title: str = "The app stops at the door") -> tuple[int, str]:
    answer = sent.ask("cases", "POST", {"title": title})
    assert answer.status_code == 201, answer.content
    return answer.json()["number"], sent.ask(f"cases/{answer.json()['number']}").headers["ETag"]


def test_a_change_names_the_version_it_was_made_on(program):
    sent = program("lead")
    number, etag = opened(sent)
    assert sent.ask(f"cases/{number}", "PATCH", {"status": "waiting"}).status_code == 428
    wrong = sent.ask(f"cases/{number}", "PATCH", {"status": "waiting"}, If_Match="three")
    assert wrong.status_code == 400
    first = sent.ask(f"cases/{number}", "PATCH", {"severity": "high"}, If_Match=etag)
    assert first.status_code == 200
    assert first.headers["ETag"] != etag
    second = sent.ask(f"cases/{number}", "PATCH", {"severity": "low", "title": "Mine"}, If_Match=etag)
    told = second.json()
    assert second.status_code == 412
    assert told["fields"]["severity"] == {"theirs": "high", "yours": "low"}
    assert told["fields"]["title"] == {"theirs": "The app stops at the door", "yours": "Mine"}
    assert sent.ask(f"cases/{number}").json()["severity"] == "high"
    saved = sent.ask(f"cases/{number}", "PATCH", {"severity": "low"}, If_Match=f'"{told["version"]}"')
    assert saved.json()["severity"] == "low"


def test_the_same_key_gives_the_same_answer_and_does_it_once(program):
    sent, body = program("lead"), {"title": "Tips are missing"}
    first = sent.ask("cases", "POST", body, Idempotency_Key="key-number-1")
    again = sent.ask("cases", "POST", body, Idempotency_Key="key-number-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert models.Case.objects.count() == 1
    other = sent.ask("cases", "POST", {"title": "Another"}, Idempotency_Key="key-number-1")
    assert (other.status_code, other.json()["type"]) == (422, "/api/v1/docs#key-used")


def test_what_was_refused_may_be_sent_again_under_its_key(program):
    sent = program("lead")
    bad = sent.ask("cases", "POST", {"title": "x", "team": 987654}, Idempotency_Key="key-number-2")
    assert bad.status_code in (409, 422)
    assert sent.ask("cases", "POST", {"title": "x"}, Idempotency_Key="key-number-2").status_code == 201


def test_what_is_kept_of_an_answer_holds_no_words(program):
    sent = program("lead")
    sent.ask("cases", "POST", {"title": "Unmistakable words"}, Idempotency_Key="key-number-3")
    post = sent.ask("posts?limit=1").json()["items"][0]
    sent.ask(
        f"posts/{post['id']}/correct",
        "POST",
        {"labels": ["pay.tips"], "kind": "idea"},
        Idempotency_Key="key-number-4",
    )
    kept = str(list(models.ApiAnswer.objects.values()))
    assert "Unmistakable" not in kept
    assert post["text"][:20] not in kept


def test_requests_of_a_minute_are_counted_over_processes_and_end(program, monkeypatch):
    monkeypatch.setattr(rate, "LIMIT", 45)
    monkeypatch.setattr(rate, "SHARE", 20)
    sent = program()
    statuses = []
    for n in range(60):
        if n in (10, 25):
            rate.forget()  # as another process, which knows nothing of the first
        statuses.append(sent.ask("/api/v1/me").status_code)
    granted = statuses.count(200)
    last = sent.ask("/api/v1/me")
    assert 10 <= granted <= 45
    assert statuses[-1] == last.status_code == 429
    assert 1 <= int(last.headers["Retry-After"]) <= 60
    assert last.headers["X-RateLimit-Remaining"] == "0"


def test_a_request_a_token_writes_no_more_than_now_and_then(program, django_assert_max_num_queries):
    sent = program()
    sent.ask("/api/v1/me")
    with django_assert_max_num_queries(6):
        sent.ask("/api/v1/me")


@pytest.mark.parametrize("path", ["posts", "posts?folded=no", "themes", "figures", "alerts"])
def test_nothing_of_a_workforce_tells_of_feelings(program, path):
    said = program().ask(path).content.decode()
    assert "tone" not in said.replace('"tone"', "tone") or path == "figures"
    assert '"moods":{' not in said
