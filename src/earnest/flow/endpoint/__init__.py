"""A language model on the operator's own machine as teacher or second opinion.

Any server that speaks the OpenAI-compatible `POST /v1/chat/completions`. Off unless the settings name one,
and refused unless it is on this machine or its private network (`egress.own`). It is sent the cleared text of
posts that are kept already, one a request, and the taxonomy's labels; what comes back is a label of the
taxonomy or nothing.

    setting.py  where it is, what may not be: `Endpoint`, `configured`
    prompt.py   what it is asked: labels, and the post as data
    answers.py  what of its answer counts, and what is no label
    client.py   asking: time-outs, size, again after 429 and 5xx, a rest when it fails in a row
    teacher.py  `EndpointTeacher`: its answers as shares that a model learns from

Whatever it answers, its words are stored and logged nowhere: only ids of the taxonomy and numbers leave here.
"""

from earnest.flow.endpoint.client import Client, Later, Outcome
from earnest.flow.endpoint.setting import Endpoint, configured
from earnest.flow.endpoint.teacher import EndpointTeacher

__all__ = ["Client", "Endpoint", "EndpointTeacher", "Later", "Outcome", "configured"]
