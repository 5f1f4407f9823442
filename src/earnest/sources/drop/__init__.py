"""A folder into which files are handed: review exports, surveys, people's own exports of their posts.

Why it exists: some places can only be heard through what somebody exports and hands over. Promise: a file is
read once it is whole, each once, however it is named; a bad file costs only itself; nothing of a file is
remembered but that it was read.
"""
