"""Every command that the files for administrators call is one that the program has, with arguments that it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import typer

from hybrid_sync.cli.app import app
from tests.deploy import kit

COMMAND = typer.main.get_command(app)


def parse(arguments: list[str]) -> None:
    """Let typer read the arguments down to the last command, without running it."""
    command, context = COMMAND, COMMAND.make_context(kit.PROGRAM, list(arguments))
    while hasattr(command, "resolve_command"):
        rest = [*getattr(context, "_protected_args", []), *context.args]
        assert rest, f"{arguments} ends in a group"
        name, found, rest = command.resolve_command(context, rest)
        command = found
        context = command.make_context(name, rest, parent=context)


def from_units() -> Iterator[tuple[str, list[str]]]:
    for path in sorted(kit.UNITS.glob("*.service")):
        for key in ("ExecStart", "ExecStartPre"):
            for line in kit.unit_lines(path, key):
                words = [line, *re.findall(r"'exec (.*)'$", line)][-1]
                for call in kit.calls_in(words):
                    yield path.name, call


def from_compose() -> Iterator[tuple[str, list[str]]]:
    for path in kit.COMPOSE:
        for name, service in kit.documents(path)[0]["services"].items():
            if "entrypoint" in service:
                for call in kit.calls_in(service["entrypoint"][-1].replace("$$", "$")):
                    yield f"{path.name}: {name}", call
            elif service["image"].startswith(kit.PROGRAM):
                yield f"{path.name}: {name}", service["command"]


def from_kubernetes() -> Iterator[tuple[str, list[str]]]:
    for name, spec in kit.pod_specs():
        for container in kit.containers(spec):
            if "args" in container:
                yield f"kubernetes {name}", container["args"]
            for call in kit.calls_in(container.get("command", [""])[-1]):
                yield f"kubernetes {name}", call


def from_manuals() -> Iterator[tuple[str, list[str]]]:
    for path in kit.MANUALS:
        for block in kit.blocks(path, "sh"):
            for call in kit.calls_in(block):
                yield f"{path.name}", call
        for inline in re.findall(rf"`({kit.PROGRAM}\s[^`]+)`", path.read_text(encoding="utf-8")):
            for call in kit.calls_in(inline.replace("\n", " ")):
                yield f"{path.name}", call


def from_image() -> Iterator[tuple[str, list[str]]]:
    text = (kit.DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")
    assert f'ENTRYPOINT ["{kit.PROGRAM}"]' in text
    yield "Containerfile", re.findall(r'^CMD \["(\w+)"\]$', text, re.MULTILINE)


SOURCES = {
    "units": from_units,
    "image": from_image,
    "compose": from_compose,
    "kubernetes": from_kubernetes,
    "manuals": from_manuals,
}
FEWEST = {"units": 5, "image": 1, "compose": 6, "kubernetes": 6, "manuals": 20}


@pytest.mark.parametrize("source", SOURCES)
def test_the_program_knows_every_command_that_is_written_down(source: str) -> None:
    calls = list(SOURCES[source]())
    assert len(calls) >= FEWEST[source], calls
    for place, arguments in calls:
        try:
            parse(arguments)
        except Exception as error:
            raise AssertionError(f"{place}: hybrid-sync {' '.join(arguments)}: {error}") from error


@pytest.mark.parametrize("wrong", [["serve", "--webonly"], ["db"], ["db", "restore"], ["db", "backup"]])
def test_a_command_that_does_not_exist_would_be_found(wrong: list[str]) -> None:
    with pytest.raises((Exception, SystemExit)):
        parse(wrong)
