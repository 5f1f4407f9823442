"""Asking the endpoint: one post a request, a few at a time, patient with a busy server and short with a dead
one.

An answer to a post is its labels (`tuple[Scored, …]`), `None` (it answered, but no label) or `Later` (it did
not answer; the post may be asked about again). Nothing here raises for what a server does, and nothing of
what it says is kept, logged or told but labels.
"""

import json
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from earnest.egress import Answer, Egress, user_agent
from earnest.flow.endpoint import answers
from earnest.flow.endpoint.breaker import Breaker
from earnest.flow.endpoint.prompt import Prompt
from earnest.flow.endpoint.setting import Endpoint
from earnest.record.errors import EarnestError, EgressRefused, SourceBusy, SourceGone
from earnest.record.verdict import Scored

TIMEOUT = 60.0
"""Seconds for a whole answer: a small model on two cores needs ten for a post."""

MOST_BYTES = 64 * 1024
TRIES = 3
FIRST_WAIT = 0.5
LONGEST_WAIT = 20.0
"""Seconds between tries; a server that asks for more is left alone and the post waits."""

TOGETHER = 2

_FORMS = ("schema", "object", "")
_TAKES_NO_FORM = (400, 415, 422, 501)
"""Said by servers that do not know `response_format`, or not this one."""


@dataclass(frozen=True, slots=True)
class Later:
    """No answer. `counts`: the endpoint answered others not long ago, so it may be this post that fails."""

    counts: bool


Outcome = tuple[Scored, ...] | Later | None


class Client:
    """Asks one endpoint; may be shared between threads and kept for as long as the process lives.

    timeout   seconds for an answer
    together  requests at the same time
    waits     seconds before the second try; doubled for the third
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        timeout: float = TIMEOUT,
        together: int = TOGETHER,
        waits: float = FIRST_WAIT,
        breaker: Breaker | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._together = together
        self._waits = waits
        self._egress = Egress(user_agent(), timeout=timeout, max_bytes=MOST_BYTES, own=endpoint.own)
        self._form = 0
        self.breaker = breaker or Breaker()

    @property
    def id(self) -> str:
        """What made a label, as it is written beside a post: at most 32 characters."""
        return f"endpoint:{self._endpoint.model}"[:32]

    def check(self) -> tuple[str, ...]:
        """The models that the server offers. Raises SourceBusy, SourceGone or EgressRefused, as sentences."""
        try:
            answer = self._egress.ask("GET", f"{self._endpoint.base}/models", headers=self._headers())
            rows = json.loads(answer.body).get("data")
            return tuple(str(row["id"])[:120] for row in rows)
        except SourceBusy as error:
            raise SourceBusy(
                "The endpoint does not answer.", advice="Start it, or check EARNEST_ENDPOINT_URL."
            ) from error
        except SourceGone as error:
            raise SourceGone(
                "The endpoint refuses.", advice="Check EARNEST_ENDPOINT_URL and EARNEST_ENDPOINT_KEY."
            ) from error
        except EarnestError:
            raise
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise EgressRefused(
                "What answers at the endpoint's address is no OpenAI-compatible server.",
                advice="Check EARNEST_ENDPOINT_URL.",
            ) from error

    def ask(
        self,
        texts: Sequence[str],
        prompt: Prompt,
        *,
        until: float | None = None,
        stop: threading.Event | None = None,
    ) -> list[Outcome]:
        """One outcome a text, in order. `until` (a time of `time.monotonic`): no request begins after it.

        `stop` ends it early; what was not asked is `Later`.
        """
        stop = stop or threading.Event()

        def one(text: str) -> Outcome:
            if stop.is_set() or (until is not None and time.monotonic() > until):
                return Later(counts=False)
            return self._one(text, prompt, stop)

        if len(texts) <= 1 or self._together == 1:
            return [one(text) for text in texts]
        with ThreadPoolExecutor(self._together, thread_name_prefix="endpoint") as pool:
            return list(pool.map(one, texts))

    def _one(self, text: str, prompt: Prompt, stop: threading.Event) -> Outcome:
        wait = self._waits
        for attempt in range(1, TRIES + 1):
            if not self.breaker.may_ask():
                return Later(counts=False)
            try:
                answer = self._post(text, prompt)
            except SourceBusy as error:
                self.breaker.failed(error.after)
                asked_for = error.after or 0.0
                if attempt == TRIES or asked_for > LONGEST_WAIT or stop.wait(max(wait, asked_for)):
                    break
                wait *= 2
            except EarnestError:  # too slow, too large, redirected, refused: asking again at once is no use
                self.breaker.failed()
                break
            else:
                self.breaker.worked()
                return _heard(answer, prompt)
        return Later(counts=self.breaker.alive)

    def _post(self, text: str, prompt: Prompt) -> Answer:
        """Ask in the strictest form that the server takes; which that is, is remembered."""
        first = self._form
        answer = self._send(prompt.body(self._endpoint.model, text, _FORMS[first]))
        for form in range(first + 1, len(_FORMS)):
            if answer.status not in _TAKES_NO_FORM:
                break
            answer = self._send(prompt.body(self._endpoint.model, text, _FORMS[form]))
            if answer.status not in _TAKES_NO_FORM:
                self._form = form
        return answer

    def _send(self, body: dict[str, Any]) -> Answer:
        return self._egress.ask(
            "POST",
            f"{self._endpoint.base}/chat/completions",
            headers=self._headers() | {"content-type": "application/json"},
            body=json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
            takes=_TAKES_NO_FORM,
        )

    def _headers(self) -> dict[str, str]:
        accept = {"accept": "application/json"}
        return accept | {"authorization": f"Bearer {self._endpoint.key}"} if self._endpoint.key else accept


def _heard(answer: Answer, prompt: Prompt) -> tuple[Scored, ...] | None:
    if answer.status != 200:
        return None
    return answers.read(
        answers.message(answer.body, answer.headers.get("content-type", "")), frozenset(prompt.ids)
    )
