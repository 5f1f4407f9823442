"""The units, the recipe of the image and the compose file: what can be known of them without an engine."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = ("earnest.service", "earnest-listen.service", "earnest-backup.service")
RECIPE = (DEPLOY / "Containerfile").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
ENVIRONMENT = (DEPLOY / "earnest.env.example").read_text()


def systemd(*words: str) -> "subprocess.CompletedProcess[str]":
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed")
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("unit", [*UNITS, "earnest-backup.timer"])
def test_a_unit_is_one_that_systemd_understands(unit: str, tmp_path: Path) -> None:
    for file in (DEPLOY / "systemd").iterdir():
        there = file.read_text().replace("/opt/earnest/bin/earnest", shutil.which("true") or "/bin/true")
        (tmp_path / file.name).write_text(there)
    done = systemd("verify", "--man=no", str(tmp_path / unit))
    own = [line for line in done.stderr.splitlines() if "earnest" in line]
    assert own == []


@pytest.mark.parametrize("unit", UNITS)
def test_a_service_may_little(unit: str) -> None:
    done = systemd("security", "--offline=true", "--threshold=16", str(DEPLOY / "systemd" / unit))
    assert done.returncode == 0, done.stdout[-300:]


@pytest.mark.parametrize("unit", UNITS)
def test_services_share_their_user_home_and_settings(unit: str) -> None:
    text = (DEPLOY / "systemd" / unit).read_text()
    for line in ("User=earnest", "StateDirectory=earnest", "EnvironmentFile=/etc/earnest/earnest.env"):
        assert line in text
    assert re.search(r"^MemoryMax=", text, re.MULTILINE)


def test_the_image_has_no_root_no_index_and_hashes() -> None:
    users = re.findall(r"^USER (\S+)", RECIPE, re.MULTILINE)
    assert users[-1] == "10001:10001"
    assert "--require-hashes" in RECIPE
    assert not re.search(r"index-url|https?://(?!deb)", RECIPE)
    assert RECIPE.count("FROM ") == 2
    assert "HEALTHCHECK" in RECIPE


@pytest.mark.parametrize("source", re.findall(r"^COPY (?!--from)(.+)$", RECIPE, re.MULTILINE))
def test_what_the_image_copies_is_there(source: str) -> None:
    for name in source.split()[:-1]:
        assert (DEPLOY.parent / name).exists()


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_a_service_of_the_compose_file_is_confined(name: str) -> None:
    service = COMPOSE["services"][name]
    if name == "database":
        assert "ports" not in service
        assert service["networks"] == ["inside"]
    else:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    for secret in service["secrets"]:
        assert secret in COMPOSE["secrets"]
    for volume in service["volumes"]:
        assert volume.split(":")[0] in COMPOSE["volumes"]
    for network in service["networks"]:
        assert network in COMPOSE["networks"]
    if name != "upgrade":
        assert "mem_limit" in service


def test_no_secret_stands_in_a_file_and_every_setting_is_one() -> None:
    from earnest.server import settings

    known = {row.name for row in settings.TABLE}
    for name in re.findall(r"^#? ?((?:EARNEST|DATABASE)_\w+)=", ENVIRONMENT, re.MULTILINE):
        assert name in known
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            assert name in known or name.startswith("POSTGRES_")
            assert "password@" not in value
            assert not (name.endswith("PASSWORD") and not value.startswith("/run/secrets/"))


def test_the_compose_file_is_read_by_podman_compose() -> None:
    if not shutil.which("podman-compose"):
        pytest.skip("podman-compose is not installed")
    env = {**os.environ, "HOME": "/nonexistent"}
    done = subprocess.run(
        ["podman-compose", "-f", str(DEPLOY / "compose.yaml"), "config"],
        capture_output=True,
        env=env,
        check=False,
    )
    assert done.returncode == 0


@pytest.mark.parametrize(
    "file", ["as-earnest", "healthy.py", "nginx.conf", "Caddyfile", "compose.yaml", "earnest.env.example"]
)
def test_each_file_is_named_where_somebody_looks_for_it(file: str) -> None:
    read = (DEPLOY.parent / "docs" / "deploy.md").read_text() + RECIPE
    assert f"deploy/{file}" in read
