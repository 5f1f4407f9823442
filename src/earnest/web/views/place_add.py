"""Adding a place, after trying it, and inviting a community: the notice it pins is shown once."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from earnest.flow import invite as inviting
from earnest.flow import places, said, trying
from earnest.record.errors import EarnestError
from earnest.sources.base import SourceType
from earnest.store.read import Programme
from earnest.web import place_fields, place_words, setup_steps, tongue, words
from earnest.web.frame import door, render
from earnest.web.views.place import way_out


@require_safe
@door("keep_places")
def choose(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Which place: a community that is asked, where people speak to you, or in public."""
    context = {
        "invited": place_fields.invited(),
        "addressed": place_fields.addressed(),
        "in_public": place_fields.in_public(programme.audience),
        "form": said.form_place(programme.slug) is not None,
    }
    return render(request, "web/place_choose.html", programme, context)


@require_http_methods(["GET", "HEAD", "POST"])
@door("keep_places", draft=True)
def add(request: HttpRequest, programme: Programme, type: str) -> HttpResponse:
    """Try a place, see five posts as they would be kept, and add it. Nothing is stored by trying."""
    kind = place_fields.added(type)
    if kind is None:
        raise Http404
    person = int(request.user.pk or 0)
    held = bool(kind.secret) and places.holds(programme.slug, type, person)
    fields = place_fields.to_add(kind, programme.audience)
    given = request.POST.dict() or {"kind": request.GET.get("kind", "")}
    error, tried = None, None
    if request.method == "POST":
        try:
            # The kind is not looked up among the choices of the page: the domain refuses, and says why.
            wanted = [one for one in fields if one.name != "kind" and not (held and one.kind == "secret")]
            setup_steps.read_fields(wanted, given)
            settings, secret = place_fields.given(kind, given)
            asked = places.Wanted(programme.slug, type, given.get("kind", ""), settings, secret, person)
            if given.get("act") == "try":
                tried = places.try_it(asked, way_out())
                held = bool(kind.secret)
            else:
                slug = places.add_it(asked, given["name"].strip(), way_out())
                onward = ("place", slug) if programme.live else ("setup_step", "places")
                return HttpResponseRedirect(reverse(onward[0], args=[programme.slug, onward[1]]), status=303)
        except EarnestError as raised:
            error = raised
    context = _form(kind, programme, fields, given, held=held, fresh=request.method != "POST") | {
        "tried": tried,
        "shown": trying.SHOWN,
        "problem": error.sentence() if error else "",
        "back": reverse("place_choose", args=[programme.slug])
        if programme.live
        else reverse("setup_step", args=[programme.slug, "places"]),
    }
    return render(request, "web/place_add.html", programme, context, status=400 if error else 200)


def _form(
    kind: SourceType,
    programme: Programme,
    fields: list[setup_steps.Field],
    given: dict[str, str],
    *,
    held: bool,
    fresh: bool,
) -> dict[str, object]:
    if held:
        secret = [one for one in place_fields.settings(kind, held=True) if one.kind == "secret"]
        fields = [*(one for one in fields if one.kind != "secret"), *secret]
    first, more = place_fields.needs_more(fields)
    return {
        "kind": kind,
        "title": place_words.said(kind.title),
        "asks": place_words.said(kind.asks),
        "fields": place_fields.asked(first, given, fresh=fresh),
        "more": place_fields.asked(more, given, fresh=fresh),
        "opened": any(given.get(one.name) for one in more),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@door("keep_places")
def invite(request: HttpRequest, programme: Programme, type: str) -> HttpResponse:
    """Write the notice that an administrator pins. Its token is nowhere else, so it is shown once."""
    kind = place_fields.asked_of(type)
    if kind is None:
        raise Http404
    fields = place_fields.to_invite(kind)
    given = request.POST.dict() or {"grace": "7"}
    error = None
    if request.method == "POST":
        try:
            terms = setup_steps.read_fields(fields, given)
            settings, secret = place_fields.given(kind, given)
            lang = "es" if given.get("lang") == "es" else "en"
            page = request.build_absolute_uri(f"{reverse('notice', args=[programme.slug])}?lang={lang}")
            invited = inviting.invite(
                programme.slug,
                terms["name"],
                type,
                settings,
                secret,
                way_out(),
                inviting.Asking(page=page, grace=terms["grace"], lang=lang),
                actor=f"person:{request.user.pk}",
            )
        except EarnestError as raised:
            error = raised
        else:
            return render(request, "web/place_invited.html", programme, {"invited": invited})
    context = _form(kind, programme, fields, given, held=False, fresh=request.method != "POST") | {
        "notice_lang": given.get("lang", words.language()),
        "languages": tongue.LANGUAGES,
        "problem": error.sentence() if error else "",
    }
    return render(request, "web/place_invite.html", programme, context, status=400 if error else 200)
