"""What docker-compose.yml promises of each service, read from the file itself; tests/faults runs its commands."""

import re
from typing import Any

import pytest

from tests.composition import ROOT, services

SERVICES = services()
ENDS_BY_ITSELF = {"migrate"}
OURS = sorted(name for name, service in SERVICES.items() if service["image"] == "activity")
LASTING = sorted(SERVICES.keys() - ENDS_BY_ITSELF)


def read(path: str) -> str:
    return (ROOT / path).read_text()


@pytest.mark.parametrize("name", LASTING)
def test_whatever_runs_is_looked_at_and_started_again(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_nothing_can_take_the_whole_host(name: str) -> None:
    service = SERVICES[name]

    assert all(service[limit] for limit in ("mem_limit", "cpus", "pids_limit"))
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", [*OURS, "proxy"])
def test_what_meets_strangers_can_write_nothing_but_its_volumes(name: str) -> None:
    assert SERVICES[name]["read_only"]
    assert SERVICES[name]["cap_drop"] == ["ALL"]


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert "storage" not in SERVICES["proxy"]["networks"]


@pytest.mark.parametrize("name", OURS)
def test_nothing_of_a_version_starts_before_its_migrations_are_through(name: str) -> None:
    waits_for: dict[str, Any] = SERVICES[name]["depends_on"]

    if name in ENDS_BY_ITSELF:
        assert waits_for == {"postgres": {"condition": "service_healthy"}}
    else:
        assert waits_for["migrate"] == {"condition": "service_completed_successfully"}


def test_one_clock_ticks() -> None:
    clocks = [name for name, service in SERVICES.items() if "beat" in service.get("command", [])]

    assert clocks == ["beat"]
    assert "deploy" not in SERVICES["beat"]


def test_the_proxy_asks_where_the_web_servers_listen() -> None:
    binds = {service["environment"].get("BIND", "") for service in SERVICES.values() if "environment" in service}
    asked = re.findall(r"server (unix:\S+)", read("activity_project/proxy/nginx.conf"))

    assert len(asked) == 2
    assert binds - {""} == set(asked)


def test_the_example_of_settings_names_what_is_read() -> None:
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", read(".env.example"), re.MULTILINE))
    readers = [*(ROOT / "activity_project").glob("*.py"), ROOT / "docker-compose.yml"]
    known = set(re.findall(r"(?:\"|\$\{)([A-Z][A-Z_]+)", "".join(reader.read_text() for reader in readers)))

    assert not named - known
    assert set(re.findall(r"\$\{(\w+):\?", read("docker-compose.yml"))) <= named


def test_images_are_built_to_run_without_rights() -> None:
    *_, last_stage = read("Dockerfile").split("\nFROM ")

    assert re.search(r"^USER \d+:\d+$", last_stage, re.MULTILINE)
    assert "--require-hashes" in read("Dockerfile")
