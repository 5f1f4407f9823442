"""Submissions: what somebody says to the operator, by a public form or a signed request.

Why it exists: the most honest source is being told. Submissions arrive by push, so nothing is polled and
nothing is spooled: the page or endpoint calls `receive_form` or `receive_signed`, gets one `RawPost`, and
hands it to `flow.listen` within the same request; the sender learns whether it was kept only after it was.
Promise: one delivery that comes twice is one post; an unsigned, stale or changed request is refused before
its body is looked at; no error repeats what was said.
"""
