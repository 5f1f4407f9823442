"""Which model a programme uses: the one of its taxonomy, or one that it learned from its people.

A model of a programme's own is a folder `<home>/models/<programme>/<model id>/`, written once and never
changed. Which one is current is a row in the store, read at every turn: a running listener uses a new one
from its next turn on, without a restart.
"""

import threading
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from earnest.record.errors import ModelError, StoreError
from earnest.store import read, read_learn, read_taxonomy
from earnest.understand.classify import Model
from earnest.understand.corpus import Example
from earnest.understand.taxonomy import Taxonomy

KEPT = 6
"""Models in memory at once (about 12 MB each); of a programme's own, the one it uses."""

_models: dict[Path, Model] = {}
_lock = threading.Lock()


def current(programme: str, home: Path | None = None) -> Path | str:
    """The folder of the model that a programme uses, or the id of the pack whose shipped model it uses.

    Raises ModelError where there is no programme of that name.
    """
    home = Path(settings.EARNEST_HOME) if home is None else home
    own = read_learn.current_model(programme)
    if own is not None:
        return folder_of(programme, own.model, home)
    version = read_taxonomy.current(programme)
    if version is not None and version.model:
        return folder_of(programme, version.model, home)
    found = read.programme(programme)
    if found is None:
        raise ModelError(f"There is no programme '{programme}', so it has no model.")
    return of_taxonomy(found.taxonomy, home)


def folder_of(programme: str, model: str, home: Path) -> Path:
    """Where a model of a programme's own is."""
    return home / "models" / programme / model


def of_taxonomy(taxonomy: str, home: Path) -> Path | str:
    """The installation's own model of a taxonomy (`models/<taxonomy>` of the home), or the pack's id."""
    own = home / "models" / taxonomy
    return own if (own / "model.json").is_file() else taxonomy


def taxonomy_of(programme: str) -> tuple[Taxonomy, list[Example]]:
    """A programme's taxonomy, and the examples that come with it. Raises StoreError, TaxonomyError."""
    from earnest.flow import versions  # it asks this module which model a version uses

    if read.programme(programme) is None:
        raise StoreError(f"There is no programme '{programme}'.")
    return versions.lessons(programme, read_taxonomy.current(programme), Path(settings.EARNEST_HOME))


def load(where: Path | str) -> Model:
    """The model in a folder, or a pack's shipped one; loaded once a process. Raises ModelError."""
    if not isinstance(where, Path):
        return Model.shipped(where)
    with _lock:
        found = _models.pop(where, None)
        if found is not None:
            _models[where] = found
            return found
    made = Model.load(where)
    with _lock:
        _models[where] = made
        while len(_models) > KEPT:
            del _models[next(iter(_models))]
    return made


def _let_go(folder: Path, used: Path | str) -> None:
    """Forget the models that a programme used before: it learns again and again, and a listener runs long."""
    with _lock:
        for old in [one for one in _models if one.parent == folder and one != used]:
            del _models[old]


def model_of(programme: str, home: Path | None = None) -> Model:
    """The model that a programme uses. Raises ModelError; where its own cannot be read, saying how to go
    back.
    """
    where = current(programme, home)
    _let_go(folder_of(programme, "", Path(settings.EARNEST_HOME) if home is None else home), where)
    try:
        return load(where)
    except ModelError as error:
        if isinstance(where, Path) and where.parent.name == programme:
            raise ModelError(
                error.problem,
                advice=f"Go back to the model before: earnest learn --programme {programme} --back",
            ) from error
        raise


def models(home: Path) -> Callable[[str], Model]:
    """What gives the model for a programme's slug: for `schedule`, which asks at every turn."""
    return lambda programme: model_of(programme, home)


def model_for(taxonomy: str, home: Path) -> Model:
    """The model of a taxonomy, whatever a programme learned. Raises ModelError."""
    return load(of_taxonomy(taxonomy, home))
