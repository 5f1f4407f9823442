import pytest
from tests.security.test_hostile import *
from tests.security import hostile

def forms(t):
    p = t.posts[3]
    c = t.case; o = t.other
    return [
      (f"cases/{c}/note", {"text": "hello"}),
      (f"cases/{o}/fields", {"seen": "1", "title": "T", "status": "investigating", "severity": "high", "due": "2026-12-01T10:00", "assignee": str(t.user), "team": str(t.team), "tags": "x, y", "typed": "1"}),
      (f"cases/{c}/merge", {"other": str(o), "because": "same"}),
      (f"cases/{c}/split", {"title": "New one", "post": str(t.posts[0])}),
      (f"cases/{c}/add", {"post": str(p), "theme": "1", "how": "hand"}),
      (f"cases/{c}/out", {"post": str(t.posts[0])}),
      ("cases/bulk", {"case": str(c), "status": "waiting", "assignee": str(t.user), "tag": "new tag", "back": "?q=x"}),
      ("cases/new", {"title": "New", "because": "because", "severity": "high", "team": str(t.team), "post": str(p), "sure": "yes"}),
      (f"escalations/case/{o}", {"team": str(t.team), "because": "now"}),
      (f"escalations/case/{c}/ask", {"because": "now"}),
      (f"escalations/wish/{t.wish}", {"do": "decline", "answer": "no", "what": "decline"}),
      (f"escalations/{t.escalation}/hand-back", {"because": "not ours", "next": "/riders/today"}),
      (f"escalations/{t.escalation}/hand-on", {"team": str(t.team), "to": f"team:{t.team}"}),
      ("inbox/do", {"do": "tag", "tag": "nice", "post": str(p), "back": "q=x"}),
      ("inbox/do", {"do": "case", "case": "A new case", "post": str(p)}),
      ("inbox/do", {"do": "later", "until": "2026-12-01", "post": str(p)}),
      ("inbox/do", {"do": "label", "label": "pay.tips", "kind": "complaint", "post": str(p)}),
      ("inbox/views", {"name": "View", "back": "kind=complaint&q=tips&since=2026-01-01", "shared": "yes"}),
      (f"tags/{t.tag}", {"do": "rename", "name": "other"}),
      (f"cases/{c}/actions", {"what": "Did a thing", "day": "2026-11-20", "on": "2026-11-20", "sort": "fixed", "team": str(t.team), "promise": "", "also": str(o), "cases": str(o)}),
      (f"actions/{t.action}", {"what": "Did", "day": "2026-11-20", "on": "2026-11-20", "sort": "fixed", "seen": "1", "numbers": str(c)}),
      (f"cases/{c}/in-report", {"title": "In report", "do": "tell"}),
      ("channels/add/mail", {"name": "M", "to": "a@example.org"}),
      ("channels/add/webhook", {"name": "W", "secret": "https://example.org/x"}),
      ("channels/add/github", {"name": "G", "where": "a/b", "api": "https://api.github.com", "secret": "tok"}),
      ("channels/add/jira", {"name": "J", "where": "OPS", "api": "https://j.example.org", "user": "u", "secret": "tok", "type": "Task"}),
      ("channels/add/apprise", {"name": "A", "secret": "discord://a/b"}),
      ("channels/mail-of-riders", {"name": "M2", "to": "b@example.org", "on": "yes", "event": "case"}),
      ("teams", {"name": "Team2", "slug": "team2", "labels": "pay", "member": str(t.user), "channel": "mail-of-riders"}),
      ("teams/payments", {"name": "Team2"}),
      ("routes/add", {"name": "R", "slug": "r", "sort": "volume", "about": "pay.tips", "posts": "10", "voices": "5", "within": "24", "step_who": "team", "quiet_zone": "Europe/Berlin", "quiet_from": "22:00", "quiet_until": "07:00"}),
      ("routes/file", {"text": "routes:\n  - name: x\n", "file": "r.yaml", "do": "show"}),
      ("tokens", {"name": "T", "days": "7", "scope": "read"}),
      ("team/invite", {"role": "viewer", "email": "a@example.org", "place": "bristol"}),
      (f"team/{t.user}/role", {"role": "delegate", "place": "bristol"}),
      (f"alerts/{t.alert}/close", {"reason": "noise"}),
      (f"alerts/{t.alert}/feed", {"case": str(c), "number": str(c)}),
      (f"alerts/{t.alert}/snooze", {"until": "2026-12-01", "hours": "2"}),
      ("alerts/rules", {"name": "Rule", "sort": "burst", "about": "pay", "kind": "trouble", "sensitivity": "normal", "least_posts": "10", "least_voices": "10", "quiet_from": "1", "quiet_until": "2", "zone": "Europe/Berlin", "seen_by": "everybody"}),
      (f"cases/{c}/ticket/link", {"channel": "mail-of-riders", "typed": "12", "ref": "12"}),
      (f"posts/{p}/correct", {"label": "pay.tips", "kind": "complaint"}),
      (f"posts/{p}/correct", {"label": "pay.tips", "labels": "pay.tips", "kind": "complaint", "reason": "x"}),
      ("/account/choices", {"language": "en", "zone": "Europe/Berlin", "known_as": "Me", "shown": "riders"}),
      ("/account/mails", {"mentions": "on", "quiet_zone": "Europe/Berlin", "quiet_from": "22:00", "quiet_until": "07:00"}),
      ("/language", {"language": "en", "next": "/riders/today"}),
      ("/sign-in", {"name": "x", "password": "y", "next": "/riders"}),
      ("/say/riders", {"text": "The app froze", "where": ""}),
      ("setup/purpose", {"purpose": "x", "name": "y"}),
      ("taxonomy/change", {"kind": "rename", "text": "x", "label": "pay.tips", "name": "t", "to": "pay.tips"}),
      ("second", {"text": "x", "name": "y"}),
      ("places/add/feed", {"title": "T", "slug": "s", "url": "https://example.org/feed", "kind": "open"}),
      ("programmes", {}),
      ("/programmes/new", {"name": "Prog", "slug": "prog", "audience": "customers"}),
      ("report", {"since": "2026-11-01", "until": "2026-11-20", "lang": "en", "title": "x"}),
    ]

@pytest.mark.parametrize("what", list(hostile.VALUES))
def test_typed(things, what):
    admin = client("admin"); wrong = []; plain = {}
    for path, form in forms(things[0]):
        url = path if path.startswith("/") else f"/riders/{path}"
        if what == "nothing":
            status, text = ask(admin, "post", url, form)
            plain[path] = status
        for name in form:
            status, text = ask(admin, "post", url, form | {name: hostile.VALUES[what]})
            if status >= 500 or any(one in text for one in SHOWN):
                wrong.append((path, name, status))
    if plain: print(plain)
    assert wrong == []

GETS = ["cases?q={}","cases?after={}","cases?tag={}&team={}&assignee={}","inbox?q={}","inbox?after={}","inbox?view={}","inbox?since={}&until={}","posts?q={}","posts?after={}","posts?since={}","actions?after={}","actions?from={}&to={}","sent?after={}","sent?before={}&case={}","escalations?before={}","escalations?after={}","overview?since={}","alerts?after={}","themes?label={}&place={}&weeks={}","cases/1?after={}","cases/1?before={}","cases/1/live?since={}","cases/new?post={}","cases/new?theme={}","cases/new?alert={}","today?x={}","live?q={}","cases/1/file/1?show={}","/sign-in?next={}","/join/{}","/ack/{}","/in/{}", "hook/{}","routes?days={}","routes/to/tips?version={}","taxonomy/history?after={}","review?after={}&label={}","report?after={}"]
@pytest.mark.parametrize("what", list(hostile.VALUES))
def test_gets(things, what):
    from urllib.parse import quote
    admin = client("admin"); wrong = []
    for path in GETS:
        v = quote(hostile.VALUES[what][:1500], safe="")
        url = path.replace("{}", v)
        url = url if url.startswith("/") else f"/riders/{url}"
        status, text = ask(admin, "get", url)
        if status >= 500 or any(one in text for one in SHOWN):
            wrong.append((path, status))
    assert wrong == []

def test_cookies(things):
    for cookie in ('sessionid="aaaaaaaaaaaa\\000b"', 'csrftoken="a\\000b"', 'language="\\000"', "language=../../x", "sessionid="+"x"*5000):
        c = client("")
        a = c.get("/sign-in", headers={"cookie": cookie})
        assert a.status_code < 500, cookie
