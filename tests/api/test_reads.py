"""What the reading routes tell, and what they do not."""

import pytest

READS = (
    "/api/v1/me", "/api/v1/programmes", "taxonomy", "posts", "posts?q=tip&kind=complaint&limit=3",
    "posts/counts", "themes", "alerts", "alerts?open=no", "places", "places/bristol", "figures", "reports",
)  # fmt: skip


@pytest.mark.parametrize("path", READS)
def test_a_good_token_reads(program, path):
    answer = program().ask(path)
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["ETag"].startswith('"')
    assert int(answer.headers["X-RateLimit-Remaining"]) < 600
