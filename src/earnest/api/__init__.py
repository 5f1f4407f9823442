"""The doors for programs: `/api/v1` for whoever has a token, and the signed doors of the submit place.

Why: what a person may do on a page, a program may do in their place, and nothing more. Promise: the same
rules as the pages, because a route makes the domain call of the page; bad input is answered with where and
what, never a traceback.

`v1` is read first; `submit.py` takes one post, `present.py` a list of those that are still there.
"""
