"""Reviews of the operator's own app on Google Play, by the Android Publisher API.

Why it exists: reviews are said to whoever makes the app. Promise: every review of the last seven days, which
is all the interface gives, as it reads now: an edit comes again; a stretch that was missed is said to
be missed.
"""
