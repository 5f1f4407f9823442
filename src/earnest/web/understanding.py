"""The taxonomy and the model of a programme, or None where they cannot be had: a page then says so."""

from pathlib import Path

from django.conf import settings

from earnest.flow.listen import model_for
from earnest.record.errors import EarnestError
from earnest.store.read import Programme
from earnest.understand import taxonomy as taxonomies
from earnest.understand.classify import Model
from earnest.understand.taxonomy import Taxonomy


def taxonomy_of(programme: Programme) -> Taxonomy | None:
    """The taxonomy a programme's posts are sorted into; read once a process."""
    try:
        return taxonomies.pack(programme.taxonomy)
    except EarnestError:
        return None


def model_of(programme: Programme) -> Model | None:
    """The model that sorts them; loaded once a process."""
    try:
        return model_for(programme.taxonomy, Path(settings.EARNEST_HOME))
    except EarnestError:
        return None
