"""A Matrix room whose moderators invited Earnest.

Why it exists: it is the first closed place, and the pattern for the others. Promises: nothing is read before
the notice was seen pinned, by somebody who may; every proof asks the homeserver anew; an encrypted room is
never read; the bot's own token is the only credential, and it is sent to the homeserver's own address alone.

`source.py` is read first; `proof.py` looks whether the invitation stands, `power.py` says who is a moderator,
`events.py` makes posts of events, `wire.py` asks the homeserver.
"""
