"""Texts as hashed terms, and the linear classifiers over them: what the gate and the labels both stand on.

A text is walked once (`kernel`), each of its words, pairs of words and pieces of words falls into a bucket,
and a classifier is a table with a row a bucket. Promises: no file is read but the lexicon's, no network, no
Django; `reference` says in plain Python what the kernel does and a test holds the two equal to the bit; the
same examples give the same weights on any machine.
"""
