"""The doors for programs: the signed door of the submit place.

Promise: the same rules as the pages, and bad input is answered with where and what, never a traceback.
"""
