"""The process: settings, addresses and the ASGI door.

Promise: what a deployment may set is one table in `settings.py`, read once there; nothing else reads the
environment.
"""
