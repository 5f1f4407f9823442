"""Addresses: the programming interface under `/api/`, everything else is a page."""

from django.urls import include, path

urlpatterns = [path("api/", include("earnest.api.urls")), path("", include("earnest.web.urls"))]

handler400 = "earnest.web.views.errors.bad_request"
handler403 = "earnest.web.views.errors.permission_denied"
handler404 = "earnest.web.views.errors.not_found"
handler500 = "earnest.web.views.errors.server_error"
