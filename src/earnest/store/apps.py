"""Tells Django where the tables are."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "earnest.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
