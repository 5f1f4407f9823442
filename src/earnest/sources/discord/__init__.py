"""A channel of a Discord server whose administrators invited Earnest.

Promises: nothing is read before the notice was seen pinned, said by an account that may pin there now; every
proof asks Discord anew; the bot's own token is the only credential and goes to Discord alone; only the one
channel and its public threads are read.

`source.py` is read first; `proof.py` looks whether the invitation stands, `messages.py` makes posts of
messages, `rooms.py` lists the channel's threads, `wire.py` lets discord.py out through `earnest.egress`,
`gateway.py` hears at once what is said and deleted.
"""
