"""The ASGI door: `uvicorn earnest.server.asgi:application`."""

import os
import warnings

from django.core.asgi import get_asgi_application

from earnest.record import quiet

quiet.settle()
# Static files are small and are read whole; Django says so each time the server starts.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "earnest.server.settings")
application = get_asgi_application()
