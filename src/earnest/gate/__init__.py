"""Admit: what may be heard goes on, without a name on it; everything else leaves no trace.

Promises: decides in memory, writes nothing, logs nothing, reaches no network; a post that is withheld exists
nowhere afterwards but in one mixed count; where any step cannot run, nothing of the batch is admitted.
Read `admit.py` first.
"""
