"""Schedulers as processes of their own: `python -m tests.flow.climbers HOME seed|climb|kill|count …`.

Prints how many escalations, steps, messages and cases there are. Synthetic.
"""

import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path


def seed() -> None:
    """Enough was said for one route, whose team has a channel."""
    from earnest.desk import teams
    from earnest.store import read_teams
    from tests.desk import routes_build as build

    place = build.programme()
    build.everything()
    build.channel()
    team = read_teams.team("riders", "payments")
    assert team is not None
    teams.keep("riders", build.told_by(team, "payments-mail"), by=None)
    build.said(place, 14)


def climb(now: datetime, minutes: range) -> None:
    """Look now and then, from a moment on."""
    from earnest.flow import climb as flow

    for minute in minutes:
        flow.tend(now + timedelta(minutes=minute), every=timedelta())


def kill(now: datetime, after: int) -> None:
    """Die as hard as can be at the statement of that number that writes."""
    from django.db import connection

    left = [after]

    def execute(do, sql, params, many, context):
        answer = do(sql, params, many, context)
        if sql.startswith(("INSERT", "UPDATE")):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
        return answer

    with connection.execute_wrapper(execute):
        climb(now, range(1))


def count() -> None:
    from earnest.store.models import Case, Escalation, EscalationStep, Message

    print(*(model.objects.count() for model in (Escalation, EscalationStep, Message, Case)))  # noqa: T201 - the answer of this command


def main() -> None:
    from earnest.cli import setup

    what = sys.argv[2]
    (setup.django if what == "seed" else setup.start)(Path(sys.argv[1]))
    if what == "seed":
        seed()
    elif what == "climb":
        climb(datetime.fromisoformat(sys.argv[3]), range(0, 200, 20))
    elif what == "kill":
        kill(datetime.fromisoformat(sys.argv[3]), int(sys.argv[4]))
    count()


if __name__ == "__main__":
    main()
