"""Every address of the programming interface, under `/api/`."""

from django.urls import path

from earnest.api.present import present
from earnest.api.submit import submit

urlpatterns = [
    path("submit/<slug:programme>", submit, name="api_submit"),
    path("submit/<slug:programme>/present", present, name="api_present"),
]
