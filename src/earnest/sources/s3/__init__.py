"""Files that are dropped into a bucket (S3 and what speaks like it).

Why it exists: exports of surveys and reviews often land in a bucket. Promise: each object once, by its ETag,
through the guarded way out; nothing is written to this machine's disk.
"""
