"""`earnest channel`: added with a secret from a file, tried out, listed without it, removed."""

import json

import pytest
from tests.faults.homes import Home, said
from tests.notify.serve import Say, web


@pytest.mark.slow
def test_a_channel_from_its_adding_to_its_end(tmp_path):
    home = Home(tmp_path / "home")
    home.environment["EARNEST_PRIVATE_CHANNELS"] = "yes"
    try:
        with web() as server:
            home.run("import", home.write([said("p1", "the app crashed again")]), "--source", "reviews")
            secret = tmp_path / "address"
            secret.write_text(f"{server.url}/very-secret\n")
            programme = home.run("programme", "list").split(":")[0].strip()
            here = ("--programme", programme)
            told = home.run("channel", "add", "webhook", "Ours", *here, "--secret-file", str(secret))
            assert "whsec_" in told
            assert home.run("channel", "test", "ours", *here).strip() == "Delivered (200)."
            server.script(Say(404))
            assert "Nothing is at this address (404)." in home.run("channel", "test", "ours", *here, code=1)
            listed = home.run("channel", "list", *here, "--json")
            assert json.loads(listed)["secret"] == "set"
            for hidden in ("very-secret", "whsec_"):
                assert hidden not in listed
            home.run("channel", "remove", "ours", *here)
            assert home.run("channel", "list", *here).strip() == ""
            wrong = home.run("channel", "add", "webhook", "Bad", *here, code=1)
            assert "This channel needs" in wrong
    finally:
        home.drop()
