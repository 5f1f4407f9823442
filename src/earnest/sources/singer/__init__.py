"""Any Singer tap: programs of others that read three hundred services, through one adapter.

Why it exists: nobody can keep three hundred sources well, and others already do. Promises: only a program in
the folder that the operator named is run, confined as far as the kernel can; what it writes to standard error
is never read; its records pass the gate like any post; the cursor keeps no more of its state than a place in
time or order.

`source.py` is read first; `programs.py` says which taps there are, `run.py` runs one, `confine.py` and
`reach.py` what it may touch, `messages.py` reads what it says, `catalog.py` chooses its streams,
`mapping.py` makes posts of records.
"""
