"""The OpenAPI document and its page."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client

from earnest.api.v1 import document, problems, routes

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def test_the_document_in_the_docs_is_the_present_one():
    now = json.dumps(document.document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    assert COMMITTED.read_text(encoding="utf-8") == now, "earnest openapi > docs/openapi.json"


def test_every_route_is_told_in_plain_words():
    for methods in document.document()["paths"].values():
        for told in methods.values():
            assert told["summary"]
            assert told["description"]
            assert told["x-earnest-action"]
            assert {"401", "403", "404", "429"} <= set(told["responses"])


def test_every_route_of_the_document_is_in_the_list_that_tests_try():
    told = {
        (method.upper(), re.sub(r"\{\w+\}", "*", path))
        for path, methods in document.document()["paths"].items()
        for method in methods
    }
    known = {(route.method, "/api/v1" + re.sub(r"\{[^}]+\}", "*", route.path)) for route in routes.every()}
    assert told == known


@pytest.mark.django_db
class TestThePage:
    def test_it_keeps_to_the_policy_and_needs_nothing_from_elsewhere(self):
        answer = Client().get("/api/v1/docs")
        said = answer.content.decode()
        assert answer.status_code == 200
        assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]
        assert not re.findall(r'(?:src|href)="https?://', said)
        assert not re.findall(r"<script(?![^>]*src=)|style=", said)

    def test_it_shows_every_route_and_every_code(self):
        said = Client().get("/api/v1/docs").content.decode()
        for route in routes.every():
            assert f'id="{route.name}"' in said
        for code in problems.SAYS:
            assert f'id="{code}"' in said

    def test_the_document_needs_no_token(self):
        answer = Client().get("/api/v1/openapi.json")
        assert answer.json()["openapi"] == "3.1.0"


def test_the_command_prints_it():
    from earnest.cli.openapi import command

    said = CliRunner().invoke(command, [])
    assert said.exit_code == 0, said.output
    assert json.loads(said.output) == document.document()


def test_no_two_shapes_share_a_name():
    shapes: dict[str, object] = {}
    for router in document.build()._get_bound_routers():
        for view in router.path_operations.values():
            for operation in view.operations:
                for model in operation.response_models.values():
                    if model is None:
                        continue
                    for name, shape in model.model_json_schema(mode="serialization").get("$defs", {}).items():
                        assert shapes.setdefault(name, shape) == shape, name
