"""What a token may do, its programme, the taxonomy and the public notice."""

from django.http import HttpRequest, HttpResponse
from pydantic import Field

from earnest.api.v1.door import asker, get
from earnest.api.v1.shapes import Moment, Out
from earnest.desk import access, tokens
from earnest.report import taxonomies
from earnest.store import read_taxonomy


class Me(Out):
    """The token that asks."""

    token: str = Field(description="The name that its maker gave it.")
    programme: str
    role: str
    scopes: list[str]
    rights: list[str] = Field(description="What the token may do now, by the names of actions.")
    expires: Moment


class ProgrammeOut(Out):
    """What is listened for, as the public notice says it. `floor`: figures for fewer voices are hidden."""

    slug: str
    name: str
    audience: str
    state: str
    organisation: str
    purpose: str
    lawful_basis: str
    contact: str
    retention_days: int
    quotes: bool
    floor: int
    live_since: Moment | None


class Programmes(Out):
    items: list[ProgrammeOut]
    next: None = None


class LabelOut(Out):
    id: str
    category: str
    name: dict[str, str] = Field(description="By language; English is always there.")
    description: str
    owner: str | None
    severity: int = Field(description="1, a nuisance, to 4: somebody may be hurt.")


class CategoryOut(Out):
    id: str
    name: dict[str, str]


class TaxonomyOut(Out):
    """What posts may be about now. `version` counts from 1."""

    version: int
    id: str
    name: dict[str, str]
    kinds: list[str]
    categories: list[CategoryOut]
    labels: list[LabelOut]


@get("/me", None, Me, tag="About")
def me(request: HttpRequest) -> Me:
    """What this token may do now.

    Its maker's role is asked at this moment: when it changes, so does this.
    """
    row = asker(request).person.row
    holder = asker(request).person
    rights = sorted(right for right in access.rights(holder, row.programme) if tokens.allows(holder, right))
    role = access.role_of(holder, row.programme)
    return Me(
        token=row.name,
        programme=row.programme,
        role=role or "none",
        scopes=list(row.scopes),
        rights=list(rights),
        expires=row.expires,
    )


@get("/programmes", None, Programmes, tag="About")
def programmes(request: HttpRequest) -> Programmes:
    """The programme of this token. A draft is not shown."""
    holder = asker(request).person
    found = [
        ProgrammeOut.model_validate(one, from_attributes=True)
        for one in access.programmes_of(holder)
        if one.slug == holder.row.programme and one.live
    ]
    return Programmes(items=found)


@get("/{programme}/taxonomy", "see_taxonomy", TaxonomyOut, tag="About")
def taxonomy(request: HttpRequest, programme: str) -> TaxonomyOut:
    """What posts may be about: the labels of the version in use."""
    found = taxonomies.of(programme)
    return TaxonomyOut(
        version=read_taxonomy.number_of(programme),
        id=found.id,
        name=dict(found.name),
        kinds=list(found.kinds),
        categories=[CategoryOut(id=one.id, name=dict(one.name)) for one in found.categories],
        labels=[
            LabelOut(
                id=one.id,
                category=one.category,
                name=dict(one.name),
                description=one.description,
                owner=one.owner,
                severity=one.severity,
            )
            for one in found.labels
        ],
    )


@get("/{programme}/notice", "see_places", None, tag="About", status=303)
def notice(request: HttpRequest, programme: str) -> HttpResponse:
    """Where the public notice is as JSON.

    It is public and needs no token, so this leads there: who listens, to what, why, for how long, and how to
    leave.
    """
    return HttpResponse(status=303, headers={"Location": f"/notice/{asker(request).here.slug}.json"})
