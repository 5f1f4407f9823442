"""A Telegram group whose administrators invited Earnest.

Promises: nothing is read before the notice was seen pinned, said by somebody who is an administrator now;
every proof asks Telegram anew; the bot's own token is the only credential and goes to Telegram alone; only
the one group is read.

`source.py` is read first; `proof.py` looks whether the invitation stands, `updates.py` makes posts of
updates, `wire.py` lets python-telegram-bot out through `earnest.egress`.
"""
