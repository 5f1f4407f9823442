"""Every address of the programming interface, under `/api/`."""

from django.urls import include, path

from earnest.api.present import present
from earnest.api.submit import submit
from earnest.api.v1.document import addresses

urlpatterns = [
    path("submit/<slug:programme>", submit, name="api_submit"),
    path("submit/<slug:programme>/present", present, name="api_present"),
    path("v1/", include(addresses())),
]
