"""Earnest: a social listening desk that a community would agree to.

The way of a post, and the packages in that order: `sources` hear, the `gate` admits, `understand` labels,
`store` keeps, `desk` acts, `report` tells; `flow` joins them. `docs/architecture.md` draws it.
"""

__version__ = "0.1.0"
