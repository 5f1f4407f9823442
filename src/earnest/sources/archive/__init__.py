"""Archives: dumps of Reddit and lakes of Parquet files, millions of posts that were said long ago.

Why it exists: somebody who begins to listen wants to know what was said before. Promise: one file
after the other in the order of their names, from exactly where reading stopped; memory stays flat; what is
not asked for is passed over without being decoded.
"""
