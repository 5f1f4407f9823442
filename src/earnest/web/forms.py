"""Forms that people send: signing in, correcting a post, saying something to the operator."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from earnest.record.verdict import KINDS
from earnest.understand.corpus import OTHER
from earnest.understand.taxonomy import Taxonomy

MOST_SAID = 5_000
"""Characters of what somebody says through the form."""


_NO_SUCH = {
    "label": _("There is no label of that name."),
    "also": _("There is no label of that name."),
    "kind": _("There is no kind of that name."),
}
_CHOOSE = {"label": _("Choose a label."), "also": _("Choose a label."), "kind": _("Choose a kind.")}


class SignInForm(forms.Form):
    """A name and a password."""

    name = forms.CharField(max_length=150, strip=True)
    password = forms.CharField(max_length=1_000, strip=False)


class CorrectForm(forms.Form):
    """Which labels and kind are right. `label` is the main one, `also` a second."""

    label = forms.ChoiceField()
    also = forms.ChoiceField(required=False)
    kind = forms.ChoiceField()

    def __init__(self, taxonomy: Taxonomy | None, used: tuple[str, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = tuple(label.id for label in taxonomy.labels) if taxonomy else ()
        ids = list(dict.fromkeys((*known, *used, OTHER)))
        self.labels = ids
        self.kinds = taxonomy.kinds if taxonomy else KINDS
        for name, values in (("label", ids), ("also", ids), ("kind", self.kinds)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = [(value, value) for value in values]
            field.error_messages["invalid_choice"] = _NO_SUCH[name]
            field.error_messages["required"] = _CHOOSE[name]

    def chosen(self) -> list[str]:
        """The labels, main one first."""
        return list(
            dict.fromkeys(value for value in (self.cleaned_data["label"], self.cleaned_data["also"]) if value)
        )

    def problem(self) -> str:
        """The first thing that is wrong, in a sentence."""
        return next((str(messages[0]) for messages in self.errors.values()), "")


def typed(taxonomy: Taxonomy | None, text: str) -> str:
    """The id of the label that somebody typed: its id or name, or the only one that begins so or has these
    words; the text itself where no label fits.
    """
    wanted = " ".join(text.lower().split())
    if taxonomy is None or not wanted:
        return wanted
    called = {
        label.id: {label.id, *(name.lower() for name in label.name.values())} for label in taxonomy.labels
    }
    tests: tuple[Callable[[str], bool], ...] = (
        lambda name: name == wanted,
        lambda name: name.startswith(wanted),
        lambda name: wanted in name,
    )
    for fits in tests:
        found = [id for id, names in called.items() if any(fits(name) for name in names)]
        if len(found) == 1:
            return found[0]
    return wanted


class SayForm(forms.Form):
    """What somebody says to the operator. `website` is a trap: people never see it."""

    text = forms.CharField(max_length=MOST_SAID, strip=True)
    where = forms.CharField(max_length=80, strip=True, required=False)
    lang = forms.ChoiceField(
        choices=[("", ""), ("en", "English"), ("es", "Español"), ("other", "")], required=False
    )
    website = forms.CharField(required=False)
