"""Files of posts: CSV, TSV, JSON lines, JSON lists and Parquet, plain or in gzip or zstd.

Why it exists: what people said often arrives as an export. Promise: a file is told by its content, not its
name; it is streamed in bounded memory whatever is inside; a row that cannot be read is refused with its line
and its neighbours go on; a resumed read goes on where it stopped and a changed file starts again.
"""
