"""The process: settings, addresses and the ASGI door.

Promise: what a deployment may set is one table (`table.py`), read once in `settings.py`. Only commands that
look before there are settings (`doctor`, `restore`) ask the environment themselves; stages get what they
need.
"""
