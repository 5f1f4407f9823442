"""Second looks: the least certain new posts are judged again, beside listening, once, and by consent of the
programme's terms. The endpoint is a real server on loopback.
"""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from earnest.flow import second
from earnest.flow.endpoint import Client, Endpoint
from earnest.flow.endpoint.breaker import Breaker
from earnest.record.errors import BadSetting
from earnest.record.verdict import Scored
from earnest.store import clock, erase, read, read_second, write, write_second
from earnest.store.models import Second, SecondTerms
from tests.flow.endpoint.server import MODEL, Server, labels
from tests.store import oracle
from tests.store.build import NOW, desk, item, keep, key

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = (NOW - DAY).date()


@pytest.fixture
def server(settings, home):
    one = Server()
    settings.EARNEST_ENDPOINT_URL, settings.EARNEST_ENDPOINT_MODEL = one.url, MODEL
    settings.EARNEST_ENDPOINT_KEY = ""
    second.client_of.cache_clear()
    yield one
    one.stop()


def scored(name, score, label="app.crash", **more):
    """A post whose main label has this score."""
    made = item(name, f"post {name}", labels=(label,), **more)
    verdict = made.verdict
    object.__setattr__(verdict, "labels", (Scored(label, score), *verdict.labels[1:]))
    return made


def posts(place, count, *, low=0, start=0, **more):
    """`count` posts, the first `low` of them unsure."""
    keep(
        place,
        *[
            scored(
                f"p{n}",
                0.3 + 0.001 * n if n - start < low else 0.9,
                unsure=n - start < low,
                ago=HOUR + timedelta(seconds=n),
                **more,
            )
            for n in range(start, start + count)
        ],
    )


def on(tier="endpoint", share=10):
    second.set_terms("riders", tier, share, actor="cli")
    return read_second.terms("riders")


def look(seconds=20.0, **more):
    return second.run(read_second.terms("riders"), until=time.monotonic() + seconds, **more)


def differences():
    def select(sql):
        with connection.cursor() as db:
            db.execute(sql)
            return db.fetchall()

    return oracle.differences(select)


def rows():
    return {row.text: row for row in read.posts("riders", read.Filters()).rows}


def told(name):
    row = rows()[f"post {name}"]
    return row.labels[0].id, row.unsure


class TestChoosing:
    def test_it_is_off_until_somebody_says_so(self, server):
        posts(desk(), 20, low=10)
        assert read_second.terms("riders").tier == "off"
        assert second.tend(until=time.monotonic() + 5) == []
        assert server.asked == []

    def test_only_posts_from_then_on_and_only_the_share(self, server):
        place = desk()
        posts(place, 20, low=20)
        on(share=10)
        posts(place, 40, low=10, start=100)
        done = look()
        assert (done.chosen, done.given) == (4, 4)
        assert {asked.post for asked in server.asked} == {f"post p{n}" for n in range(100, 104)}

    def test_the_least_certain_come_first_unsure_before_sure(self, server):
        place = desk()
        on(share=20)
        keep(
            place,
            *[scored(f"s{n}", 0.9) for n in range(8)],
            scored("doubtful", 0.5, unsure=False),
            scored("unsure", 0.8, unsure=True),
        )
        look()
        assert {asked.post for asked in server.asked} == {"post unsure", "post doubtful"}

    @pytest.mark.parametrize("page", [1, 7, 30])
    def test_never_more_than_the_share_however_posts_come(self, server, page):
        place = desk()
        on(share=20)
        for start in range(0, 30, page):
            keep(
                place,
                *[scored(f"p{n}", 0.9 - n * 0.01, unsure=True) for n in range(start, min(30, start + page))],
            )
            look()
        assert 3 <= len(server.asked) <= 6

    def test_what_a_person_corrected_is_not_looked_at_again(self, server):
        place = desk()
        on(share=20)
        posts(place, 10, low=2)
        write.correct("riders", rows()["post p0"].id, ["pay.wrong"], "complaint", None)
        look()
        assert "post p0" not in {asked.post for asked in server.asked}
        assert told("p0") == ("pay.wrong", False)

    def test_older_posts_are_taken_in_when_somebody_asks(self, server):
        place = desk()
        posts(place, 40, low=40)
        on(share=10)
        assert look().chosen == 0
        write_second.look_back("riders", 30)
        assert look().chosen == 3
        write_second.look_back("riders", 30)
        assert look().chosen == 0

    @pytest.mark.parametrize(("tier", "share"), [("gpt", 10), ("endpoint", 4), ("endpoint", 21)])
    def test_terms_that_cannot_be(self, server, tier, share):
        desk()
        with pytest.raises(BadSetting):
            write_second.set_terms("riders", tier, share)

    def test_no_endpoint_no_second_look(self, home, settings):
        desk()
        settings.EARNEST_ENDPOINT_URL = ""
        with pytest.raises(BadSetting, match="No endpoint"):
            on()


class TestAnOpinion:
    def one(self, server, first, answer, *, voice=None, label="app.crash", **more):
        """A post with this first score, and what the endpoint says of it."""
        place = desk()
        on(share=20)
        server.reply = lambda asked: asked.say(answer)
        sure = [scored(f"s{n}", 0.99) for n in range(4)]
        keep(place, *sure, scored("x", first, label, voice=voice, **more))
        done = look()
        assert differences() == {}
        (opinion,) = read_second.opinions("riders", [row.id for row in rows().values()]).values()
        return done, opinion

    def test_the_surer_opinion_stands_and_counts_follow(self, server):
        done, opinion = self.one(server, 0.3, labels(("pay.tips", 0.9), ("pay.wrong", 0.4)), unsure=True)
        assert (done.given, done.agreed, done.changed) == (1, 0, 1)
        row = rows()["post x"]
        assert [one.id for one in row.labels] == ["pay.tips", "pay.wrong"]
        assert (row.unsure, row.corrected) == (False, False)
        assert (opinion.agrees, opinion.changed, opinion.said, opinion.tier) == (
            False,
            True,
            "app.crash",
            "endpoint",
        )
        assert Second.objects.get().post.model == f"endpoint:{MODEL}"
        assert read.totals("riders", TODAY, TODAY + 2 * DAY, ("label",))[("pay.tips",)] == 1

    def test_one_that_agrees_and_is_sure_ends_the_doubt(self, server):
        done, opinion = self.one(server, 0.5, labels(("app.crash", 0.8)), unsure=True)
        assert (done.agreed, done.changed, opinion.agrees) == (1, 0, True)
        assert told("x") == ("app.crash", False)

    def test_where_both_are_unsure_the_post_waits_for_a_person(self, server):
        done, opinion = self.one(server, 0.3, labels(("pay.tips", 0.4)), unsure=True)
        assert (done.changed, opinion.agrees, opinion.changed) == (0, False, False)
        assert told("x") == ("app.crash", True)

    def test_where_both_are_sure_of_different_things_the_post_is_unsure(self, server):
        self.one(server, 0.9, labels(("pay.tips", 0.7)), unsure=False)
        assert told("x") == ("app.crash", True)

    def test_an_unsure_opinion_changes_nothing_about_a_sure_post(self, server):
        self.one(server, 0.9, labels(("pay.tips", 0.4)), unsure=False)
        assert told("x") == ("app.crash", False)

    def test_the_voice_stays_with_the_label_it_was_made_under(self, server):
        self.one(server, 0.3, labels(("pay.tips", 0.9)), unsure=True, voice="ana")
        post = Second.objects.get().post
        assert (post.theme, post.voice is not None) == ("app.crash", True)
        write.correct("riders", post.pk, ["app.crash"], "complaint", None)
        assert differences() == {}

    def test_it_goes_with_its_post(self, server):
        self.one(server, 0.3, labels(("pay.tips", 0.9)), unsure=True)
        place = read.listening_place("riders", "reviews").id
        assert erase.erase_posts(place, [key("x")]) == 1
        assert not Second.objects.exists()
        assert differences() == {}

    def test_it_goes_when_the_post_is_edited(self, server):
        self.one(server, 0.3, labels(("pay.tips", 0.9)), unsure=True)
        place = read.listening_place("riders", "reviews").id
        keep(place, item("x", "another wording", change="edited"))
        assert not Second.objects.exists()

    def test_it_is_told_no_longer_than_its_post(self, server, monkeypatch):
        _, opinion = self.one(server, 0.3, labels(("pay.tips", 0.9)), unsure=True)
        later = clock.now() + timedelta(days=400)
        monkeypatch.setattr(clock, "now", lambda: later)
        assert read_second.opinions("riders", [opinion.post_id]) == {}


class TestABadEndpoint:
    @pytest.fixture(autouse=True)
    def quick(self, server, monkeypatch):
        """Short waits, and a breaker whose time the test moves."""
        self.now = [0.0]
        client = Client(
            Endpoint.of(server.url, MODEL),
            timeout=0.5,
            waits=0.01,
            together=1,
            breaker=Breaker(clock=lambda: self.now[0]),
        )
        monkeypatch.setattr(second, "client_of", lambda endpoint: client)
        self.place = desk()
        on(share=20)

    def later(self, monkeypatch, seconds):
        moved = clock.now() + timedelta(seconds=seconds)
        monkeypatch.setattr(clock, "now", lambda: moved)
        self.now[0] += seconds

    def test_posts_wait_while_it_is_away_and_nothing_is_lost(self, server, monkeypatch):
        server.reply = lambda asked: asked.send(503)
        posts(self.place, 10, low=2)
        done = look()
        assert (done.given, done.problem) == (0, "The endpoint does not answer; the posts wait.")
        assert told("p0") == ("app.crash", True)
        server.reply = lambda asked: asked.say(labels(("pay.tips", 0.9)))
        self.later(monkeypatch, 1_000)
        assert look().given == 2
        assert told("p0") == ("pay.tips", False)

    def test_garbage_is_asked_for_again_a_few_times_and_then_let_be(self, server, monkeypatch):
        server.reply = lambda asked: asked.say("I cannot do that")
        posts(self.place, 5, low=1)
        for _ in range(8):
            look()
            self.later(monkeypatch, 3 * 86_400 // 8)
        assert len(server.asked) == write_second.MOST_TRIES
        assert read_second.looked("riders").silent == 1
        assert told("p0") == ("app.crash", True)

    def test_a_post_that_waited_a_week_is_let_be(self, server, monkeypatch):
        server.reply = lambda asked: asked.send(503)
        posts(self.place, 5, low=1)
        look()
        self.later(monkeypatch, 8 * 86_400)
        look()
        assert read_second.looked("riders").silent == 1

    def test_its_words_are_nowhere(self, server, home, caplog):
        server.reply = lambda asked: asked.say('{"labels": [{"id": "unmistakable-words", "sure": 1}]}')
        posts(self.place, 5, low=1)
        look()
        assert "unmistakable" not in caplog.text
        assert "unmistakable" not in str(list(Second.objects.values()))


class TestAgain:
    def test_an_opinion_is_written_once_whoever_asked_first(self, server):
        place = desk()
        terms = on(share=20)
        posts(place, 10, low=2)
        write_second.choose("riders")
        ids = write_second.claim("riders", 16)
        assert write_second.claim("riders", 16) == []
        texts = read_second.texts("riders", ids)
        one = [write_second.Answer(id, texts[id], (Scored("pay.tips", 0.9),), unsure=False) for id in ids]
        assert write_second.settle("riders", "endpoint", "a", one).given == 2
        other = [write_second.Answer(id, texts[id], (Scored("app.maps", 0.95),), unsure=False) for id in ids]
        assert write_second.settle("riders", "endpoint", "b", other).given == 0
        assert told("p0") == ("pay.tips", False)
        assert look().asked == 0
        assert terms.share == 20

    def test_what_was_claimed_by_a_process_that_died_is_asked_again_later(self, server, monkeypatch):
        place = desk()
        on(share=20)
        posts(place, 10, low=2)
        write_second.choose("riders")
        assert len(write_second.claim("riders", 16)) == 2
        assert look().asked == 0
        moved = clock.now() + timedelta(seconds=write_second.LEASE + 1)
        monkeypatch.setattr(clock, "now", lambda: moved)
        assert look().given == 2

    def test_what_was_edited_or_erased_meanwhile_is_passed_over(self, server):
        place = desk()
        on(share=20)
        posts(place, 10, low=2)
        write_second.choose("riders")
        ids = write_second.claim("riders", 16)
        texts = read_second.texts("riders", ids)
        keep(place, item("p0", "another wording", change="edited"))
        erase.erase_posts(place, [key("p1")])
        late = [write_second.Answer(id, texts[id], (Scored("pay.tips", 0.9),), unsure=False) for id in ids]
        assert write_second.settle("riders", "endpoint", "a", late) == write_second.Settled()
        assert differences() == {}

    def test_what_was_corrected_meanwhile_stays_as_the_person_said(self, server):
        place = desk()
        on(share=20)
        posts(place, 10, low=2)
        write_second.choose("riders")
        ids = write_second.claim("riders", 16)
        texts = read_second.texts("riders", ids)
        write.correct("riders", ids[0], ["route.load"], "complaint", None)
        late = [write_second.Answer(id, texts[id], (Scored("pay.tips", 0.9),), unsure=False) for id in ids]
        assert write_second.settle("riders", "endpoint", "a", late).given == 2
        row = read.post("riders", ids[0])
        assert (row.labels[0].id, row.corrected) == ("route.load", True)

    def test_turning_it_off_ends_the_waiting(self, server):
        place = desk()
        on(share=20)
        posts(place, 10, low=2)
        write_second.choose("riders")
        on("off", 20)
        assert not Second.objects.filter(state="waiting").exists()
        assert SecondTerms.objects.get().tier == "off"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_judge_that_hangs_holds_up_nobody(server):
    place = desk()
    on(share=20)
    posts(place, 10, low=2)
    release = threading.Event()
    server.reply = lambda asked: release.wait(60) and asked.say(labels(("pay.tips", 0.9)))
    stop = threading.Event()
    beside = second.Beside(stop)
    beside.look()
    beside.look()
    while len(server.asked) < 2:
        time.sleep(0.01)
    posts(place, 10, start=100)
    assert read_second.looked("riders").given == 0
    stop.set()
    release.set()
    beside.join(30)
    assert read_second.looked("riders").changed == 2
