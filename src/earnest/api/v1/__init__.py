"""The programming interface for programs with a token: `/api/v1`.

Read `door.py` first (who may), then `edge.py` (what every answer has), then the files of routes. A route
makes the domain call of the page that does the same, so that both keep the same rules.
"""
