"""What flows: the shapes a post takes on its way, and the one tree of errors.

Standard library only, so that every stage (and a Spark worker) can carry them. Promise: nothing here
reads a file, a clock or a network; every value is frozen. `raw` is for `sources`, `gate` and `flow`
alone, because only a raw post may name its author.
"""
