"""A channel of a Slack workspace whose administrators invited Earnest.

Promises: nothing is read before the notice was seen pinned, said and pinned by administrators of the
workspace; every proof asks Slack anew; an app's own tokens are the only credentials and go to Slack alone;
one channel is read, and never a conversation between persons.

`source.py` is read first; `proof.py` looks whether the invitation stands, `messages.py` makes posts of
messages, `rooms.py` lists what was said in channel and threads, `wire.py` lets slack_sdk out through
`earnest.egress`, `socket.py` hears at once what is said, edited and deleted.
"""
