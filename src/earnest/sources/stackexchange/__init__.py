"""Stack Exchange: questions, answers and comments under a tag or found by a search.

Why it exists: what does not work is asked there, in public. Promise: by the last activity of questions, each
activity once; the pauses that the interface asks for (`backoff`) are kept; what was deleted there goes here
too.
"""
