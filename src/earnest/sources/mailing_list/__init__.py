"""A mailing list that invited Earnest by a DNS record of its own domain.

Promises: nothing is read before the notice's digest was seen in the DNS of the list's domain, which only who
runs the list can write; every proof asks anew; posts that ask not to be archived pass by.

`source.py` is read first; `archive.py` reads months of a web archive. A mailbox that is subscribed to the
list is read by `earnest.sources.mail`.
"""
