"""Changes of a taxonomy, in words: what a step does, and its name in the history."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

SAYS: dict[str, str | Promise] = {
    "add": _("A new label: %(new)s"),
    "restore": _("There again: %(new)s"),
    "describe": _("Other words for %(old)s"),
    "category": _("Another name for a category: %(new)s"),
    "merge": _("%(old)s become one: %(new)s"),
    "split": _("%(old)s is split into %(new)s"),
    "move": _("%(old)s goes to the category “%(to)s”"),
    "retire": _("%(old)s is retired"),
    "drop": _("%(old)s goes; its posts are asked about anew"),
}
DOES: dict[str, str | Promise] = {
    "add": pgettext_lazy("step of a taxonomy", "add"),
    "restore": pgettext_lazy("step of a taxonomy", "restore"),
    "describe": pgettext_lazy("step of a taxonomy", "describe"),
    "category": pgettext_lazy("step of a taxonomy", "category"),
    "merge": pgettext_lazy("step of a taxonomy", "merge"),
    "split": pgettext_lazy("step of a taxonomy", "split"),
    "move": pgettext_lazy("step of a taxonomy", "move"),
    "retire": pgettext_lazy("step of a taxonomy", "retire"),
    "drop": pgettext_lazy("step of a taxonomy", "drop"),
}


def says(do: str, old: Sequence[str], new: Sequence[str], to: str) -> str:
    """A step in a sentence."""
    return str(SAYS[do]) % {"old": _listed(old), "new": _listed(new), "to": to}


def does(steps: Sequence[Mapping[str, object]]) -> list[str]:
    """The steps of a version, each in a word."""
    return [str(DOES.get(str(step["do"]), step["do"])) for step in steps]


def _listed(names: Sequence[str]) -> str:
    """“One”, “two” and “three”."""
    quoted = [gettext("“%(name)s”") % {"name": name} for name in names]
    if len(quoted) < 2:
        return "".join(quoted)
    return gettext("%(first)s and %(last)s") % {"first": ", ".join(quoted[:-1]), "last": quoted[-1]}
