"""The bundled sample: posts written for the project, so that a fresh installation has something to show.

Everything in `samples/` is synthetic: no real person wrote it, and Ternway does not exist.
"""
