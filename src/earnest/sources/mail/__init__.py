"""Mail over IMAP: an operator's own support inbox, and public mailing lists.

Why it exists: much is said to an operator by mail and in public lists. Promise: nothing in the mailbox is
changed unless asked (it is not even marked as read); attachments are not fetched; what somebody quotes,
forwards or signs with does not count as said again; programs that answer by themselves are not heard.
"""
