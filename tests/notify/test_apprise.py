"""Messengers: the list of what may be used, and the confined process in which the library sends."""

import json
import subprocess
import sys

import pytest

from earnest.egress import confined
from earnest.notify import apprise
from earnest.notify.base import Delivered, Later, Never
from earnest.record.errors import BadSetting
from tests.notify.serve import Say, web

needs = pytest.mark.skipif(not apprise.available(), reason="the extra 'notices' is not installed")
TOKEN = "abcdefghijklmnop123456789"


@pytest.mark.parametrize(
    "address",
    [
        "slack://T1/B2/C3",
        "workflows://host.example.org/workflow/signature",
        "discord://1/2",
        "tgram://123:abc/45",
        "mmosts://chat.example.org/token",
        "PAGERDUTY://a@b",
    ],
)
def test_these_may_be_used(address):
    assert apprise.service(address)


@pytest.mark.parametrize(
    "address",
    [
        "syslog://",
        "rsyslog://host",
        "dbus://",
        "gnome://",
        "macosx://",
        "windows://",
        "kde://",
        "json://localhost:5432/",
        "xml://localhost/",
        "form://localhost/",
        "apprise://localhost/",
        "mailto://user:pw@example.org",
        "fcm://project?keyfile=/etc/passwd",
        "vapid://x?keyfile=/etc/passwd",
        "mastodon://token@example.org",
        "bluesky://a:b",
        "x://a/b/c/d",
        "reddit://a",
        "mqtt://localhost",
        "amqp://localhost",
        "irc://localhost",
        "file:///etc/passwd",
        "http://example.org/config.yml",
        "slack://a b",
        "slack://a\nsyslog://",
        "",
        "slack:/T1",
    ],
)
def test_these_may_not(address):
    with pytest.raises(BadSetting):
        apprise.service(address)


@needs
def test_every_name_of_the_list_is_one_that_the_library_knows():
    script = (
        "import apprise, json\n"
        "for plugin in apprise.Apprise().details()['schemas']:\n"
        "    for kind in ('protocols', 'secure_protocols'):\n"
        "        print(*(plugin[kind] or ()))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert set(apprise.SCHEMAS) - set(done.stdout.split()) == set()


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({"sent": True, "status": 200}, Delivered(200)),
        ({"sent": False, "status": 404}, Never("not_found", 404)),
        ({"sent": False, "status": 401}, Never("sign_in", 401)),
        ({"sent": False, "status": 302}, Never("refused", 302)),
        ({"sent": False, "status": 429, "after": 30}, Later("slow", 429, 30.0)),
        ({"sent": False, "status": 500}, Later("busy", 500)),
        ({"sent": False}, Later("unreachable")),
        ({"sent": False, "error": "not_allowed"}, Never("not_allowed")),
        ({"error": "no_extra"}, Never("no_extra")),
        ({"error": "slow"}, Later("unsure")),
        ({"error": "unexpected"}, Later("unreachable")),
        ({"sent": "yes", "status": "200", "after": "soon"}, Later("unreachable")),
        ({}, Later("unreachable")),
    ],
    ids=str,
)
def test_what_the_child_said_means(said, outcome):
    assert apprise.read(said) == outcome


PUBLIC_ONLY = {
    "import socket; socket.create_connection(('127.0.0.1', 9), 1)": "refused",
    "import socket; socket.create_connection(('169.254.169.254', 80), 1)": "refused",
    "import socket; socket.create_connection(('10.0.0.1', 80), 1)": "refused",
    "import socket; socket.create_connection(('::ffff:127.0.0.1', 80), 1)": "refused",
    "import socket; socket.create_connection(('localhost', 80), 1)": "refused",
    "import socket; socket.socket(socket.AF_UNIX).connect('/run/dbus/system_bus_socket')": "refused",
    "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 514))": "refused",
    "import subprocess; subprocess.run(['true'])": "refused",
    "import os; os.system('true')": "refused",
    "import os; os.execv('/bin/true', ['true'])": "refused",
    "import os; os.fork()": "refused",
    "open('earnest-was-here', 'w')": "refused",
    "open('/dev/null', 'w')": "done",
    "open('/etc/passwd').read()": "done",
}
"""What a confined process tries, and what comes of it."""

INTRANET_TOO = {
    "import socket; socket.create_connection(('127.0.0.1', 9), 1)": "error",
    "import socket; socket.create_connection(('169.254.169.254', 80), 1)": "refused",
    "import socket; socket.socket(socket.AF_UNIX).connect('/run/dbus/system_bus_socket')": "refused",
}


@pytest.mark.parametrize(
    ("tries", "private"),
    [(PUBLIC_ONLY, False), (INTRANET_TOO, True)],
    ids=["the open internet only", "an intranet too, never metadata"],
)
def test_a_confined_process_gets_no_further(tries, private):
    script = (
        "import json, sys\n"
        "from earnest.egress import confined\n"
        f"confined.confine(private={private})\n"
        "def one(code):\n"
        "    try:\n        exec(code)\n        return 'done'\n"
        "    except confined.NotAllowed:\n        return 'refused'\n"
        "    except OSError:\n        return 'error'\n"
        "print(json.dumps({code: one(code) for code in json.load(sys.stdin)}))"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", script],
        input=json.dumps(list(tries)),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert json.loads(done.stdout) == tries


@needs
class TestSending:
    def send(self, server, private=True):
        request = apprise.request(f"mmost://127.0.0.1:{server.port}/{TOKEN}", "Case 12", "It waits.")
        return confined.run(apprise.CHILD, request, seconds=60, private=private)

    def test_it_arrives(self):
        with web() as server:
            server.script(Say(200))
            assert apprise.read(self.send(server)) == Delivered(200)
            assert "It waits." in server.asked[0].json["text"]

    def test_a_private_address_is_refused_where_the_connection_is_made(self):
        with web() as server:
            assert apprise.read(self.send(server, private=False)) == Never("not_allowed")
            assert server.asked == []

    @pytest.mark.slow
    def test_a_busy_service_is_asked_later_and_a_redirect_is_not_followed(self):
        with web() as server:
            server.script(Say(429, headers={"retry-after": "17"}))
            assert apprise.read(self.send(server)) == Later("slow", 429, 17.0)
            server.script(Say(302, headers={"location": f"{server.url}/elsewhere"}))
            assert apprise.read(self.send(server)) == Never("refused", 302)
            assert not any(asked.path == "/elsewhere" for asked in server.asked)


def test_a_child_that_dies_or_says_nothing_is_an_answer():
    assert confined.run("earnest.no_such_module", {}, seconds=30) == {"error": "unexpected"}
