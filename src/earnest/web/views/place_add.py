"""Adding a place, and inviting a community: the notice it pins is shown once."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from earnest.flow import invite as inviting
from earnest.flow import places
from earnest.record.audience import of as allowed
from earnest.record.errors import EarnestError
from earnest.store.read import Programme
from earnest.web import place_fields, setup_steps, tongue, words
from earnest.web.frame import door, render
from earnest.web.place_fields import ADDED, INVITED
from earnest.web.views.place import way_out


@require_safe
@door("keep_places")
def choose(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Which place: one that only needs its address, or a community that is asked."""
    context = {
        "added": list(ADDED.values()),
        "invited": list(INVITED.values()),
        "open_allowed": "open" in allowed(programme.audience).kinds,
    }
    return render(request, "web/place_choose.html", programme, context)


@require_http_methods(["GET", "HEAD", "POST"])
@door("keep_places", draft=True)
def add(request: HttpRequest, programme: Programme, type: str) -> HttpResponse:
    """Add a place that needs no invitation."""
    kind = ADDED.get(type)
    if kind is None:
        raise Http404
    fields = place_fields.to_add(kind, programme.audience)
    given = request.POST.dict()
    error = None
    if request.method == "POST":
        try:
            # The kind is not looked up among the choices of the page: the domain refuses, and says why.
            setup_steps.read_fields([one for one in fields if one.name != "kind"], given)
            slug = places.add_place(
                programme.slug,
                given["name"].strip(),
                type,
                given.get("kind", ""),
                {one.name: given[one.name].strip() for one in kind.settings},
                way_out(),
                actor=f"person:{request.user.pk}",
            )
        except EarnestError as raised:
            error = raised
        else:
            onward = ("place", slug) if programme.live else ("setup_step", "places")
            return HttpResponseRedirect(reverse(onward[0], args=[programme.slug, onward[1]]), status=303)
    context = {
        "kind": kind,
        "fields": place_fields.asked(fields, given),
        "problem": error.sentence() if error else "",
        "back": reverse("place_choose", args=[programme.slug])
        if programme.live
        else reverse("setup_step", args=[programme.slug, "places"]),
    }
    return render(request, "web/place_add.html", programme, context, status=400 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@door("keep_places")
def invite(request: HttpRequest, programme: Programme, type: str) -> HttpResponse:
    """Write the notice that an administrator pins. Its token is nowhere else, so it is shown once."""
    kind = INVITED.get(type)
    if kind is None:
        raise Http404
    fields = place_fields.to_invite(kind)
    given = request.POST.dict()
    error = None
    if request.method == "POST":
        try:
            terms = setup_steps.read_fields(fields, given)
            lang = "es" if given.get("lang") == "es" else "en"
            page = request.build_absolute_uri(f"{reverse('notice', args=[programme.slug])}?lang={lang}")
            invited = inviting.invite(
                programme.slug,
                terms["name"],
                type,
                {one.name: terms[one.name] for one in kind.settings},
                terms.get("secret", ""),
                way_out(),
                inviting.Asking(page=page, grace=terms["grace"], lang=lang),
                actor=f"person:{request.user.pk}",
            )
        except EarnestError as raised:
            error = raised
        else:
            return render(request, "web/place_invited.html", programme, {"invited": invited})
    context = {
        "kind": kind,
        "fields": place_fields.asked(fields, given),
        "notice_lang": given.get("lang", words.language()),
        "languages": tongue.LANGUAGES,
        "problem": error.sentence() if error else "",
    }
    return render(request, "web/place_invite.html", programme, context, status=400 if error else 200)
