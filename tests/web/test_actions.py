"""Pages of what was done: on the case, on its own page, for some days; and what an alert becomes there."""

import re
from datetime import timedelta

import pytest

from earnest.desk import access, actions, alert_work, cases
from earnest.store import clock, read, read_cases, write_alerts
from tests.desk.weeks import LABEL, day, said
from tests.store.build import desk as programme

pytestmark = pytest.mark.django_db
AT = "/riders"


@pytest.fixture
def people(home):
    place = programme()
    names = {name: access.add_person(name, "riders", name) for name in ("viewer", "analyst", "lead")}
    said(place, 87, 30, about=6, others=4, rest=8, name="b")
    said(place, 30, 0, about=3, others=4, rest=8, name="a")
    return names


@pytest.fixture
def case(people):
    rows = read.posts("riders", read.Filters(labels=(LABEL,)), limit=5).rows
    return cases.open_case("riders", "Tips are missing", by=people["analyst"], posts=[row.id for row in rows])


@pytest.fixture
def as_(people, client, django_user_model):
    def sign_in(name):
        client.force_login(django_user_model.objects.get(pk=people[name]))
        return client

    return sign_in


def text(answer):
    words = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", words)


def form(**more):
    return {"what": "Tips re-run.", "sort": "repaid", "day": day(30).isoformat(), "promise": "half", **more}


def test_from_nothing_done_to_did_it_help(as_, case):
    page = as_("analyst").get(f"{AT}/cases/{case}")
    assert "Nothing was done yet" in text(page)
    sent = as_("analyst").post(f"{AT}/cases/{case}/actions", form())
    assert sent.status_code == 303
    page = as_("analyst").get(sent["Location"])
    assert "Tips re-run." in text(page)
    assert "down by about half" in text(page)
    assert page.content.count(b'role="img"') >= 2
    assert b'style="' not in page.content


def test_what_cannot_be_saved_keeps_what_was_typed(as_, case):
    answer = as_("analyst").post(f"{AT}/cases/{case}/actions", form(day="yesterday"))
    assert answer.status_code == 400
    assert 'value="Tips re-run."' in answer.content.decode()
    assert "cannot be read" in text(answer)
    assert actions.of_case("riders", case) == []


def test_two_who_change_it_at_once_lose_nothing(as_, case, people):
    id = actions.record("riders", case, what="Tips re-run.", on=day(30), by=people["lead"])
    client = as_("analyst")
    assert "Tips re-run." in client.get(f"{AT}/actions/{id}").content.decode()
    actions.change("riders", id, by=people["lead"], seen=1, what="Tips of October re-run.")
    answer = client.post(f"{AT}/actions/{id}", form(what="Tips re-run twice.", cases=str(case), seen="1"))
    assert answer.status_code == 409
    assert "Tips of October re-run." in text(answer)
    assert 'value="Tips re-run twice."' in answer.content.decode()
    again = client.post(f"{AT}/actions/{id}", form(what="Tips re-run twice.", cases=str(case), seen="2"))
    assert again.status_code == 303
    assert actions.one("riders", id).what == "Tips re-run twice."


def test_taking_back_offers_to_put_back(as_, case, people):
    id = actions.record("riders", case, what="Tips re-run.", on=day(30), by=people["analyst"])
    client = as_("analyst")
    page = client.post(f"{AT}/actions/{id}/back", follow=True)
    assert "Put it back" in text(page)
    client.post(f"{AT}/actions/{id}/again")
    assert [row.id for row in actions.of_case("riders", case)] == [id]


def test_the_page_of_some_days_lists_what_was_done_with_its_cases(as_, case, people):
    actions.record("riders", case, what="Tips re-run.", on=day(30), by=people["analyst"])
    actions.record("riders", case, what="Long ago.", on=day(300), by=people["analyst"])
    page = text(as_("analyst").get(f"{AT}/actions"))
    assert "Tips re-run." in page
    assert "Tips are missing" in page
    assert "Long ago." not in page
    span = f"?from={day(301).isoformat()}&to={day(299).isoformat()}"
    assert "Long ago." in text(as_("analyst").get(f"{AT}/actions{span}"))
    assert as_("analyst").get(f"{AT}/actions?from=x").status_code == 400
    assert as_("analyst").get(f"{AT}/actions?from=2026-02-01&to=2026-01-01").status_code == 400


@pytest.mark.parametrize(("name", "status"), [("viewer", 403), ("analyst", 200), ("lead", 200)])
def test_who_may_see_what_was_done(as_, case, name, status):
    assert as_(name).get(f"{AT}/actions").status_code == status


def test_only_a_lead_decides_what_reports_tell(as_, case, people):
    where = f"{AT}/cases/{case}/in-report"
    said_so = {"told": "yes", "title": "Missing tips"}
    assert as_("analyst").post(where, said_so).status_code == 403
    assert "Reports do not tell of this case" not in text(as_("analyst").get(f"{AT}/cases/{case}"))
    assert as_("lead").post(where, said_so).status_code == 303
    assert "Reports tell of this case" in text(as_("lead").get(f"{AT}/cases/{case}"))


def test_a_case_that_came_back_can_be_left_closed(as_, case, people):
    cases.change("riders", case, by=people["lead"], seen=1, status="closed")
    cases.reopen("riders", case, {"percent": 90, "promised": 50, "voices": 20, "days": 14})
    client = as_("analyst")
    assert "Leave it closed" in text(client.get(f"{AT}/cases/{case}"))
    assert client.post(f"{AT}/cases/{case}/leave-closed").status_code == 303
    page = text(client.get(f"{AT}/cases/{case}"))
    assert "stays closed" in page
    assert read_cases.one("riders", case).status == "closed"


@pytest.fixture
def alert(people):
    now = clock.seconds(clock.now())
    return write_alerts.raise_alert(
        "riders", sort="burst", about=LABEL, key="burst:pay.tips", at=now, why={"hours": 48}, kind="trouble",
        since=now - 3 * 86_400, until=now,
    )  # fmt: skip


def test_an_alert_leads_to_a_case_and_says_which(as_, people, alert):
    client = as_("analyst")
    page = client.get(f"{AT}/alerts/{alert}")
    assert "No case holds it." in text(page)
    where = f"{AT}/cases/new?alert={alert}"
    assert where in page.content.decode()
    shown = client.get(where)
    assert "rises" in shown.content.decode()
    sent = client.post(
        f"{AT}/cases/new", {"alert": alert, "title": "Tips", "severity": "high", "sure": "yes"}
    )
    assert sent.status_code == 303
    (fed,) = alert_work.cases_of("riders", [alert])[alert]
    assert fed.opened
    assert f"case {fed.number}" in text(client.get(f"{AT}/alerts/{alert}"))


def test_an_alert_is_added_to_a_case_and_closed_with_it(as_, people, case, alert):
    client = as_("analyst")
    assert client.post(f"{AT}/alerts/{alert}/feed", {"case": str(case)}).status_code == 303
    assert client.post(f"{AT}/alerts/{alert}/feed", {"case": "nine"}).status_code == 400
    cases.change("riders", case, by=people["analyst"], seen=1, status="closed")
    assert "still open" in text(client.get(f"{AT}/cases/{case}"))
    assert client.post(f"{AT}/cases/{case}/alerts", {"reason": "real"}).status_code == 303
    assert alert_work.open_alerts("riders", case) == []


def test_a_viewer_sees_no_case_on_an_alert(as_, case, people, alert):
    alert_work.feed("riders", alert, case, by=people["analyst"])
    assert "Tips are missing" not in text(as_("viewer").get(f"{AT}/alerts/{alert}"))


def test_another_programmes_action_is_not_found(as_, case, people):
    programme("drivers")
    access.add_person("lead", "drivers", "lead")
    id = actions.record(
        "riders", case, what="Tips re-run.", on=day(30) - timedelta(days=1), by=people["lead"]
    )
    client = as_("lead")
    for path in (f"actions/{id}", f"cases/{case}"):
        assert client.get(f"/drivers/{path}").status_code == 404
    assert client.post(f"/drivers/actions/{id}/back").status_code == 404
