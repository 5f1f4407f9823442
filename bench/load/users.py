"""Fifty people at work, for Locust. See bench_load.py, which starts it."""

import json
import os
import random
from pathlib import Path

from locust import HttpUser, between, task

PROGRAMME = "bench"
SESSIONS = list(json.loads(Path(os.environ["SESSIONS"]).read_text()).values())
random.shuffle(SESSIONS)


class Person(HttpUser):
    """Opens pages as people do: the day's page, the queue, cases, posts, figures."""

    wait_time = between(1, 5)

    def on_start(self) -> None:
        self.client.cookies.set("sessionid", SESSIONS.pop())

    def _open(self, path: str, name: str) -> None:
        self.client.get(f"/{PROGRAMME}/{path}", name=name)

    @task(6)
    def today(self) -> None:
        self._open("today", "today")

    @task(6)
    def inbox(self) -> None:
        self._open("inbox", "inbox")

    @task(6)
    def cases(self) -> None:
        self._open(random.choice(("cases", "cases?status=new", "cases?q=tips", "cases?assignee=me")), "cases")

    @task(8)
    def case(self) -> None:
        self._open(f"cases/{random.randint(1, 5_000)}", "case")

    @task(4)
    def posts(self) -> None:
        self._open(random.choice(("posts", "posts?q=great", "posts?label=pay.tips&lang=es")), "posts")

    @task(3)
    def overview(self) -> None:
        self._open("overview", "overview")

    @task(2)
    def live(self) -> None:
        self._open("live", "live")

    @task(2)
    def themes(self) -> None:
        self._open("themes", "themes")

    @task(2)
    def alerts(self) -> None:
        self._open("alerts", "alerts")

    @task(1)
    def places(self) -> None:
        self._open("places", "places")

    @task(1)
    def actions(self) -> None:
        self._open("actions", "actions")

    @task(1)
    def escalations(self) -> None:
        self._open("escalations", "escalations")
