"""Several people at the same cases at once, and processes that are killed in the middle of it.

Real threads and processes; on SQLite, and on PostgreSQL where DATABASE_URL names a server. Synthetic.
"""

import json
import random
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.slow

KILLS = 8

BEGIN = """
import json, sys, threading
from datetime import UTC, datetime, timedelta
from earnest.cli import setup
setup.django()
from django.db import connection
from earnest.desk import cases
from earnest.record.cleared import ClearedPost
from earnest.record.errors import Conflict, EarnestError
from earnest.record.verdict import Scored, Verdict
from earnest.store import erase, read, read_cases, write
from earnest.store.models import Case, CaseChange, CaseMark, CaseNote, CasePost, Post

KEYS = [n.to_bytes(16, "big") for n in range(60)]


def fill():
    write.add_programme(
        "riders", "Riders", "customers", organisation="Ternway Ltd", purpose="Find and mend what goes wrong.",
        lawful_basis="legitimate_interests", contact="listening@ternway.example",
    )
    write.go_live("riders")
    place = write.add_place("riders", "reviews", title="Reviews", type="file", kind="addressed")
    now = datetime.now(UTC)
    said = Verdict("complaint", 0.9, (Scored("app.crash", 0.9),), False, "en", None, None)
    kept = [
        write.Kept(ClearedPost(key=key, text=f"post {n}", created=now - timedelta(minutes=n)), said, None)
        for n, key in enumerate(KEYS)
    ]
    write.keep(place, kept, cursor="1", heard=write.Hearing(at=now))
    return place


def together(*each):
    begin, told = threading.Barrier(len(each)), [None] * len(each)

    def run(at, does):
        begin.wait()
        try:
            told[at] = ("done", does())
        except EarnestError as error:
            told[at] = (type(error).__name__, getattr(error, "yours", None))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(each)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return told
"""

RACES = (
    BEGIN
    + """
place = fill()
ids = sorted(Post.objects.values_list("pk", flat=True))
found = {"saved": [], "opened": [], "merged": [], "orphans": 0}
for turn in range(8):
    number = cases.open_case("riders", "Crash at the door", by=None)
    told = together(
        lambda: cases.change("riders", number, by=None, seen=1, title="mine is this"),
        lambda: cases.change("riders", number, by=None, seen=1, title="yours is that"),
    )
    found["saved"].append([sorted(one[0] for one in told), read_cases.one("riders", number).title,
                           sorted(str(one[1]) for one in told if one[0] == "Conflict")])
told = together(*[lambda at=at: cases.open_case("riders", f"Crash number {at}", by=None) for at in range(6)])
found["opened"] = [len({one[1] for one in told}), sorted({one[0] for one in told})]
for turn in range(8):
    a, b = (cases.open_case("riders", f"Crash {name}", by=None) for name in ("one", "two"))
    told = together(
        lambda: cases.merge("riders", a, b, by=None), lambda: cases.merge("riders", b, a, by=None)
    )
    found["merged"].append([sorted(one[0] for one in told), len(read_cases.lineage("riders", a))])
for turn in range(20):
    number = cases.open_case("riders", "Crash at the door", by=None)
    together(
        lambda: cases.add("riders", number, posts=ids[turn * 3 : turn * 3 + 3], by=None),
        lambda: erase.erase_posts(place, [KEYS[len(KEYS) - 1 - turn * 3]]),
    )
live = set(CasePost.objects.filter(post__isnull=False).values_list("post_id", flat=True))
found["orphans"] = len(live - set(Post.objects.values_list("pk", flat=True)))
found["erased"] = Post.objects.count()
print(json.dumps(found))
"""
)

WORK = (
    BEGIN
    + """
if sys.argv[1] == "fill":
    fill()
    sys.exit()
import random
lot = random.Random(int(sys.argv[1]))
ids = sorted(Post.objects.values_list("pk", flat=True))
while True:
    print("again", flush=True)
    a, b = (cases.open_case("riders", "Crash", by=None, posts=lot.sample(ids, 30)) for _ in range(2))
    cases.note("riders", b, "looked at it", by=None)
    cases.attach("riders", b, "log.txt", b"a line", by=None)
    merged = cases.merge("riders", a, b, by=None)
    new = cases.split("riders", a, title="Part", posts=lot.sample(ids, 30), by=None)
    if lot.random() < 0.5:
        cases.undo("riders", merged, by=None)
    if lot.random() < 0.5:
        cases.undo("riders", read_cases.opening("riders", new), by=None)
"""
)

CHECK = (
    BEGIN
    + """
wrong = []
rows = {row.pk: row for row in Case.objects.all()}
changes = list(CaseChange.objects.all())
by_number = {row.number: row for row in rows.values()}
if sorted(by_number) != list(range(1, CaseMark.objects.get().last + 1)):
    wrong.append("numbers")
opened = {one.case_id for one in changes if one.sort in ("opened", "split_off")}
if opened != set(rows):
    wrong.append("a case without its opening")
for row in rows.values():
    at = row
    while at.merged_into_id:
        at = rows[at.merged_into_id]
    if (row.root_id or row.pk) != at.pk or (row.root_id is None) != (row.merged_into_id is None):
        wrong.append(f"root of {row.number}")
joined = {one.after["of"]: one for one in changes if one.sort == "joined"}
for one in changes:
    if one.sort == "merged":
        goes = by_number[one.after["case"]]
        if one.pk not in joined or (joined[one.pk].undone_id is None) != (one.undone_id is None):
            wrong.append("a merge without its other half")
        if (goes.merged_into_id == one.case_id) != (one.undone_id is None):
            wrong.append("a merge that is written down and not done")
    if one.sort == "split":
        born = [two for two in changes if two.sort == "split_off" and two.after["of"] == one.pk]
        out = CasePost.objects.filter(out_id=one.pk).values_list("post_id", flat=True)
        into = CasePost.objects.filter(added_id=born[0].pk).values_list("post_id", flat=True)
        if len(born) != 1 or set(out) != set(into) or len(set(out)) != one.after["posts"]:
            wrong.append("a split that lost or doubled a post")
    if one.sort == "opened" and CasePost.objects.filter(added_id=one.pk).count() != one.after.get("posts", 0):
        wrong.append("an opening without its posts")
if CaseNote.objects.count() != sum(one.sort == "noted" for one in changes):
    wrong.append("notes")
for case in {row.number for row in rows.values() if not row.root_id}:
    for file in read_cases.attachments("riders", case):
        if read_cases.attachment("riders", file.id) is None:
            wrong.append("a file without its content")
print(json.dumps({"wrong": wrong, "merges": len(joined), "cases": len(rows)}))
"""
)


def python(environment: dict[str, str], script: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_of_two_at_once_the_second_is_told_and_nothing_is_lost_or_doubled(environment):
    found = json.loads(python(environment, RACES))
    for told, title, yours in found["saved"]:
        assert told == ["Conflict", "done"]
        assert {title, *yours} == {"mine is this", "yours is that"}
    assert found["opened"] == [6, ["done"]]
    assert found["merged"] == [[["StoreError", "done"], 2]] * 8
    assert found["orphans"] == 0
    assert found["erased"] == 40


def test_who_is_killed_in_the_middle_has_done_all_of_a_change_or_nothing(environment):
    python(environment, WORK, "fill")
    lot = random.Random(3)
    for turn in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", WORK, str(turn)], env=environment, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _ in range(lot.randrange(2, 6)):
            assert process.stdout.readline() == "again\n"
        time.sleep(lot.uniform(0.0, 0.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    told = json.loads(python(environment, CHECK))
    assert told["wrong"] == []
    assert told["merges"] >= KILLS
    done = subprocess.run(
        [sys.executable, "-m", "earnest", "audit", "verify"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "The chain is whole" in done.stdout
