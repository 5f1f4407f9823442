"""The ASGI door: `uvicorn earnest.server.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "earnest.server.settings")
application = get_asgi_application()
