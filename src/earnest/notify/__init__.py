"""Out: what a message to people and teams says, and how each channel wants it said.

Why it exists: mail, messengers, webhooks and trackers speak differently, and what may leave the desk must be
decided in one place for all of them. Promises: a message carries no author, no permalink of a closed place,
and no quote where quotes are off; nothing here sends (`earnest.egress` does) or keeps (`earnest.store` does).

`base.py` is read first (a `Notice`, and what came of sending it), then `rules.py` (what may be said);
`mail.py`, `apprise.py`, `webhook.py` and `trackers` say it, `answers.py` reads what comes back.
"""
