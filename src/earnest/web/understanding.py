"""The taxonomy and the model of a programme, or None where they cannot be had: a page then says so."""

from earnest.flow import learn
from earnest.record.errors import EarnestError
from earnest.report import taxonomies
from earnest.store.read import Programme
from earnest.understand.classify import Model
from earnest.understand.taxonomy import Taxonomy


def taxonomy_of(programme: Programme) -> Taxonomy | None:
    """The taxonomy a programme's posts are sorted into: the version in use; each is read once a process."""
    try:
        return taxonomies.of(programme.slug)
    except EarnestError:
        return None


def model_of(programme: Programme) -> Model | None:
    """The model that sorts them now; each is loaded once a process."""
    try:
        return learn.model_of(programme.slug)
    except EarnestError:
        return None
