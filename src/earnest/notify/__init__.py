"""Out: messages to people and teams (mail, chat, webhooks, tickets).

Room kept for delivery by an outbox. Promise: a message carries no author, no permalink of a closed place, and
no quote where quotes are off.
"""
