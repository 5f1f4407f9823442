"""What a type of place asks of a steward: its settings, told by the struct that reads them.

A source describes each setting where it declares it, and once:

    url: Annotated[str, msgspec.Meta(title="Address", description="The feed's own.", examples=["https://…"])]

From that come the questions of `earnest sources add`, the form on the pages and the check that nothing here
asks for a person's login. `extra={"operator": True}` leaves a setting out of both: it can still be given.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from msgspec import inspect

from earnest.record.errors import BadSetting
from earnest.sources.base import SourceType

Form = Literal["text", "number", "yes", "choice", "list", "pairs"]
"""How a value is written: text, a number, yes or no, one of `choices`, one a line, or name=value a line."""

OWN = frozenset({"lang", "region"})
"""Settings that every place has of its own, whatever its type: they are not asked twice."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One setting.

    label     one to five words; `sentence` is what is to be entered; `example` is never a real key
    needed    there is no default
    secret    kept in the key folder, never shown again
    operator  not asked for; whoever knows it may set it
    """

    name: str
    label: str
    sentence: str
    example: str
    form: Form
    choices: tuple[str, ...] = ()
    needed: bool = False
    secret: bool = False
    operator: bool = False
    default: str = ""


def asks(kind: SourceType) -> tuple[Ask, ...]:
    """Every setting of a type, in the order it declares them; nothing where it describes none."""
    shape = None if kind.settings is None else inspect.type_info(kind.settings)
    return tuple(_ask(field, kind) for field in shape.fields) if isinstance(shape, inspect.StructType) else ()


def asked(kind: SourceType) -> tuple[Ask, ...]:
    """Those that a person is asked for."""
    return tuple(one for one in asks(kind) if not one.operator and one.name not in OWN)


def values(kind: SourceType, given: Mapping[str, str]) -> dict[str, Any]:
    """What was written as values of settings; what was left empty is left out.

    A name that the type does not know is kept, so that opening the source refuses it by its name. Raises
    BadSetting for a line of `name=value` that is none.
    """
    known = {one.name: one for one in asks(kind)}
    found: dict[str, Any] = {}
    for name, text in given.items():
        ask = known.get(name)
        said = text.strip()
        if said:
            found[name] = _READ[ask.form](name, said) if ask else said
    return found


def written(ask: Ask, value: object) -> str:
    """A stored value as it is written."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "\n".join(f"{name}={_plain(one)}" for name, one in value.items())
    if isinstance(value, (list, tuple)):
        return "\n".join(map(str, value))
    return "" if value is None else str(value)


def _plain(value: object) -> str:
    return "+".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _lines(name: str, said: str) -> Any:
    if said.startswith("["):
        return _json(name, said)
    parts = said.splitlines() if "\n" in said else said.split(",")
    return [part.strip() for part in parts if part.strip()]


def _pairs(name: str, said: str) -> Any:
    if said.startswith("{"):
        return _json(name, said)
    found: dict[str, Any] = {}
    for number, line in enumerate(said.splitlines(), 1):
        key, sign, value = line.partition("=")
        if line.strip() and not (sign and key.strip()):
            raise BadSetting(
                f"In the setting '{name}': line {number} is not name=value.", advice="Write one a line."
            )
        if key.strip():
            found[key.strip()] = value.strip()
    return found


def _json(name: str, said: str) -> Any:
    try:
        return msgspec.json.decode(said)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadSetting(f"In the setting '{name}': it is not valid JSON.") from error


def _yes(name: str, said: str) -> Any:
    word = said.lower()
    return (
        True if word in ("yes", "true", "on", "1") else False if word in ("no", "false", "off", "0") else said
    )


def _as_said(name: str, said: str) -> Any:
    return said


_READ: dict[Form, Callable[[str, str], Any]] = {
    "text": _as_said,
    "number": _as_said,
    "choice": _as_said,
    "yes": _yes,
    "list": _lines,
    "pairs": _pairs,
}


def _ask(field: inspect.Field, kind: SourceType) -> Ask:
    told: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    form, choices = _form(field.type, told, extra)
    examples = told.get("examples") or ("",)
    secret = field.encode_name == kind.secret
    return Ask(
        name=field.encode_name,
        label=str(told.get("title") or field.encode_name.replace("_", " ").capitalize()),
        sentence=str(told.get("description") or ""),
        example=str(examples[0]),
        form=form,
        choices=choices,
        needed=field.required or (secret and kind.handshake and not kind.keyless),
        secret=secret,
        operator=bool(extra.get("operator")),
        default=_default(field),
    )


def _default(field: inspect.Field) -> str:
    value = field.default
    if value is msgspec.NODEFAULT or value is None:
        return ""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _form(type_: inspect.Type, told: dict[str, Any], extra: dict[str, Any]) -> tuple[Form, tuple[str, ...]]:
    """How a type is written; on the way down its descriptions are gathered, the outermost first."""
    if isinstance(type_, inspect.Metadata):
        for name, value in (type_.extra_json_schema or {}).items():
            told.setdefault(name, value)
        extra |= type_.extra or {}
        return _form(type_.type, told, extra)
    if isinstance(type_, inspect.UnionType):
        forms = [_form(one, told, extra) for one in type_.types if not isinstance(one, inspect.NoneType)]
        return forms[0] if len(forms) == 1 else ("text", ())
    if isinstance(type_, inspect.LiteralType):
        return "choice", tuple(map(str, type_.values))
    if isinstance(type_, inspect.BoolType):
        return "yes", ()
    if isinstance(type_, (inspect.IntType, inspect.FloatType)):
        return "number", ()
    if isinstance(type_, (inspect.ListType, inspect.VarTupleType, inspect.SetType, inspect.FrozenSetType)):
        return "list", ()
    return ("pairs", ()) if isinstance(type_, inspect.DictType) else ("text", ())
