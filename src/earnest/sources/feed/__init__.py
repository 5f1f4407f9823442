"""Feeds: RSS, Atom and JSON Feed.

Why it exists: blogs, forums and review sites publish what was said as feeds. Promise: asked as seldom and as
lightly as the server wishes (conditional requests, Retry-After); a bomb is refused before it is parsed; what
is kept is plain text without any markup; a page that is no feed is an error, not a quiet day.
"""
