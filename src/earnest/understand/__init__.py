"""What a post is about: its labels, its kind, its language and, for customers only, its sentiment.

Promise: no network, no database, no Django. One linear table of signed bytes holds every head (labels,
categories, kinds, sentiments, languages), so one walk over a post's bytes answers everything. The same code
runs on a laptop and on a cluster's worker, and the same training files give the same model to the byte.

Read `classify.py` first, then `reference.py` (what the kernel does, in plain Python) and `train.py`.
"""
