"""The pages of alerts: who sees what, closing, putting aside, rules and what they would have raised."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from earnest.desk.access import ROLES
from earnest.flow import alert_rules
from earnest.record.errors import EarnestError
from earnest.store import clock, erase, read, read_alerts, write, write_alerts
from earnest.store.alert_shapes import SEEN_BY, Rule
from earnest.store.models import Alert, AuditLink
from tests import programmes
from tests.web import sample

pytestmark = pytest.mark.django_db

HOUR = 3_600


def now() -> int:
    return clock.seconds(datetime.now(UTC))


def raised(programme: str = "riders", about: str = "pay.tips", **more: object) -> int:
    """An open alert that began six hours ago."""
    asked = {"sort": "burst", "key": f"burst:{about}:{sorted(more)}", "why": {}, "kind": "trouble"} | more
    id = write_alerts.raise_alert(
        programme, about=about, at=now(), since=now() - 6 * HOUR, until=now() + HOUR, **asked
    )
    assert id is not None
    return id


def said(client, where: str) -> str:
    answer = client.get(where)
    assert answer.status_code == 200, where
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def test_everybody_of_a_programme_sees_what_is_open_with_its_chart_and_its_count(as_):
    raised()
    for role in ROLES:
        page = said(as_(role), "/riders/alerts")
        assert "Tips" in page
        assert "<svg" in page
        assert 'class="count">1' in page
        assert ("Put aside</button>" in page) == (role in ("analyst", "lead", "steward", "admin")), role
        assert ("Read the posts" in page) == (role not in ("delegate", "viewer")), role
        assert " style=" not in page


def test_one_alert_says_what_came_what_is_usual_and_has_the_figures_as_a_table(as_):
    sample.keep(
        read.listening_place("shoppers", "reviews").id,
        [sample.item(f"tips/{n}", datetime.now(UTC), 15 * n, mood=True) for n in range(31)],
    )
    page = said(as_("admin"), f"/shoppers/alerts/{raised('shoppers')}")
    assert re.search(r"About \d+ complaints and reports within \d+ hours, of about \d+ voices at least", page)
    assert "Usual for such hours" in page
    assert "The figures as a table" in page
    assert "not heard" in page or "none" in page
    assert page.count("<h1") == 1


def test_small_numbers_of_a_workforce_stay_hidden(as_):
    sample.keep(
        read.listening_place("riders", "form").id,
        [sample.item(f"few/{n}", datetime.now(UTC), 15 * n, mood=False) for n in range(7)],
    )
    page = said(as_("steward"), f"/riders/alerts/{raised()}")
    assert "too few voices" in page
    figures = re.search(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    assert figures
    for number in re.findall(r"<td>(?:about )?([\d,]+)</td>", figures.group(1)):
        assert int(number.replace(",", "")) % 10 == 0


def test_a_rule_says_who_sees_its_alerts(as_):
    id = raised()
    ranks = ("viewer", "analyst", "lead", "steward", "admin")
    for seen_by in SEEN_BY:
        Alert.objects.filter(pk=id).update(seen_by=seen_by)
        for role in ROLES:
            sees = seen_by == "everybody" or (role in ranks and ranks.index(role) >= ranks.index(seen_by))
            answer = as_(role).get(f"/riders/alerts/{id}")
            assert answer.status_code == (200 if sees else 404), (seen_by, role)
    listed = said(as_("lead"), "/riders/alerts")
    assert "Tips" not in listed
    assert 'class="count"' not in listed


def test_an_alert_on_a_single_post_is_for_those_who_may_read_posts(as_):
    (post,) = read.posts("riders", read.Filters(), limit=1).rows
    id = raised(sort="severe", kind="", why={"post": post.id, "severity": 4})
    for role in ROLES:
        answer = as_(role).get(f"/riders/alerts/{id}")
        assert answer.status_code == (404 if role in ("viewer", "delegate") else 200), role
    assert f"/riders/posts/{post.id}" in said(as_("analyst"), f"/riders/alerts/{id}")


def test_an_analyst_closes_an_alert_and_says_what_it_was(as_):
    id = raised()
    client = as_("analyst")
    assert client.post(f"/riders/alerts/{id}/close", {"reason": "real"}).status_code == 303
    page = said(client, "/riders/alerts")
    assert "a real problem" in page
    assert 'class="count"' not in page
    link = AuditLink.objects.get(action="alert_closed")
    assert link.about == f"alert:{id}"
    assert "reason" in link.detail


def test_an_alert_is_put_aside_and_taken_back(as_):
    id = raised()
    client = as_("analyst")
    assert client.post(f"/riders/alerts/{id}/snooze", {"for": "day"}).status_code == 303
    page = said(client, "/riders/alerts")
    assert "Put aside</h2>" in page
    assert 'class="count"' not in page
    assert client.post(f"/riders/alerts/{id}/snooze", {"for": ""}).status_code == 303
    assert 'class="count">1' in said(client, "/riders/alerts")


def test_a_wrong_form_is_told_so_and_changes_nothing(as_):
    id = raised()
    client = as_("lead")
    for door, form in (("close", {"reason": "boring"}), ("close", {}), ("snooze", {"for": "ever"})):
        answer = client.post(f"/riders/alerts/{id}/{door}", form)
        assert answer.status_code == 400
        assert b'role="alert"' in answer.content
    assert [one.id for one in read_alerts.alerts("riders", is_open=True)] == [id]


def test_who_may_not_settle_an_alert_does_not(as_):
    id = raised()
    for role in ("viewer", "delegate"):
        for door in ("close", "snooze"):
            assert as_(role).post(f"/riders/alerts/{id}/{door}", {"reason": "real"}).status_code == 403


def test_alerts_of_another_programme_are_not_there(as_):
    id = raised("shoppers")
    assert as_("admin").get(f"/riders/alerts/{id}").status_code == 404


RULE = {"name": "Tips at the form", "about": "pay.tips", "place": "form", "kind": "complaint",
        "sensitivity": "keen", "least_posts": "12", "least_voices": "10", "quiet_from": "22",
        "quiet_until": "7", "zone": "Europe/Madrid", "seen_by": "lead", "on": "yes"}  # fmt: skip


def test_a_lead_adds_changes_puts_aside_and_removes_a_rule(as_):
    client = as_("lead")
    assert client.post("/riders/alerts/rules", RULE).status_code == 303
    rule = read_alerts.rules("riders")[-1]
    assert (rule.about, rule.place, rule.quiet, rule.zone) == ("pay.tips", "form", (22, 7), "Europe/Madrid")
    page = said(client, "/riders/alerts/rules")
    assert "Tips at the form" in page
    assert "keen" in page
    assert client.post(f"/riders/alerts/rules/{rule.id}", RULE | {"on": "no"}).status_code == 303
    assert not read_alerts.rules("riders")[-1].on
    assert client.post(f"/riders/alerts/rules/{rule.id}/snooze", {"for": "week"}).status_code == 303
    assert read_alerts.rules("riders")[-1].snoozed is not None
    assert client.post(f"/riders/alerts/rules/{rule.id}/remove").status_code == 303
    assert len(read_alerts.rules("riders")) == 3
    noted = list(
        AuditLink.objects.filter(action__startswith="alert_rule")
        .order_by("seq")
        .values_list("action", flat=True)
    )
    assert noted == ["alert_rule_set", "alert_rule_set", "alert_rule_snoozed", "alert_rule_removed"]


def test_a_rule_that_every_programme_has_is_changed_and_stays_one(as_):
    client = as_("lead")
    form = RULE | {"name": "A problem rises", "about": "", "place": ""}
    assert client.post("/riders/alerts/rules/burst", form).status_code == 303
    rules = read_alerts.rules("riders")
    assert [rule.slot for rule in rules] == ["burst", "severe", "new"]
    assert rules[0].sensitivity == "keen"
    assert said(client, f"/riders/alerts/rules/{rules[0].id}")
    assert "normal" in said(as_("admin"), "/shoppers/alerts/rules")


REFUSED = {
    "a name that aims at organising": ({"name": "talk of a strike or a union vote"}, "protected speech"),
    "a name that aims at a person": ({"name": "everything by @ana_r"}, "person"),
    "no name": ({"name": " "}, "needs a name"),
    "a label that is none": ({"about": "sect.leaders"}, "label or category"),
    "a place that is none": ({"place": "nowhere"}, "no such place"),
    "a kind that is none": ({"kind": "anger"}, "no choice"),
    "how readily is no choice": ({"sensitivity": "frantic"}, "no choice"),
    "fewer posts than one": ({"least_posts": "-3"}, "whole number"),
    "an hour that is none": ({"quiet_from": "25"}, "whole number"),
    "a zone that is none": ({"zone": "Atlantis/Deep"}, "time zone"),
    "a zone that is a path": ({"zone": "../../etc/passwd"}, "time zone"),
    "seen by nobody": ({"seen_by": "nobody"}, "no choice"),
}


@pytest.mark.parametrize(("change", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_a_rule_that_cannot_be_is_refused_with_the_reason(change, says):
    programmes.live("riders", "Riders", "workforce")
    write.add_place("riders", "form", title="The form", type="file", kind="addressed")
    programme = read.programme("riders")
    assert programme is not None
    with pytest.raises(EarnestError, match=says):
        alert_rules.shape(programme, RULE | change, Rule(0, "", "burst", ""))


def test_a_refused_rule_is_told_with_the_reason(as_):
    answer = as_("lead").post("/riders/alerts/rules", RULE | REFUSED["a name that aims at organising"][0])
    assert answer.status_code == 400
    assert "protected speech" in unescape(answer.content.decode())
    assert len(read_alerts.rules("riders")) == 3


def test_who_may_not_keep_rules_reads_them_only(as_):
    for role in ("viewer", "analyst", "delegate"):
        client = as_(role)
        assert "Add the rule" not in said(client, "/riders/alerts/rules")
        assert client.post("/riders/alerts/rules", RULE).status_code == 403
        assert client.post("/riders/alerts/rules/burst", RULE).status_code == 403
        assert client.post("/riders/alerts/rules/burst/snooze", {"for": "day"}).status_code == 403


def test_a_dry_run_is_shown_for_thirty_or_ninety_days(as_):
    client = as_("viewer")
    assert "in 30 days" in said(client, "/riders/alerts/rules/burst?days=30")
    assert "in 90 days" in said(client, "/riders/alerts/rules/burst?days=90")
    assert client.get("/riders/alerts/rules/burst?days=7000").status_code == 400
    assert client.get("/riders/alerts/rules/nonsense").status_code == 404


def test_a_calmer_setting_is_only_taken_by_a_person(as_):
    client = as_("lead")
    for number in range(2):
        client.post(f"/riders/alerts/{raised(key=f'burst:{number}')}/close", {"reason": "noise"})
    page = said(client, "/riders/alerts/rules")
    assert "closed as noise twice" in page
    rule = read_alerts.rules("riders")[0]
    assert (rule.sensitivity, rule.proposed) == ("normal", "calm")
    assert client.post(f"/riders/alerts/rules/{rule.id}/calmer").status_code == 303
    assert read_alerts.rules("riders")[0].sensitivity == "calm"
    assert client.post(f"/riders/alerts/rules/{rule.id}/calmer").status_code == 400


def test_live_names_an_open_alert(as_):
    id = raised()
    assert f'href="/riders/alerts/{id}"' in said(as_("analyst"), "/riders/live")


def test_in_quiet_hours_nothing_is_counted(as_):
    id = raised()
    Alert.objects.filter(pk=id).update(rings=now() + HOUR)
    page = said(as_("viewer"), "/riders/alerts")
    assert 'class="count"' not in page
    assert "Waits for the end of quiet hours" in page


def test_an_alert_of_a_place_goes_with_the_place(as_):
    id = raised(place="form")
    erase.erase_place("riders", "form")
    assert as_("viewer").get(f"/riders/alerts/{id}").status_code == 404


def test_an_alert_past_the_retention_is_not_told(as_):
    id = raised()
    old = clock.seconds(datetime.now(UTC) - timedelta(days=400))
    Alert.objects.filter(pk=id).update(opened=old, since=old, until=old)
    assert as_("viewer").get(f"/riders/alerts/{id}").status_code == 404
