"""Which call goes to which action, and what it may carry."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from .exchange import Answer, Refusal, Request
from .shapes import FLAG, NUMBER, Fields, Shape
from .world import World

Action = Callable[[World, Request], Answer]


@dataclass(frozen=True)
class Route:
    """One method on one path template, with its known query parameters and its body."""

    method: str
    template: str
    act: Action
    query: Mapping[str, Shape] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    body: Fields | None = None
    bare: bool = False
    """Works without a body, too."""
    reads_only: bool = False
    """A POST that changes nothing: a query, a token, a join link."""
    paged: bool = False
    """Its answer has a next link, whose `offset` it must understand."""
    open: bool = False
    """Works without a token."""
    form: bool = False
    """Its body is a web form, not JSON."""
    raw: bool = False
    """Its body is neither: the action reads it."""

    @property
    def writing(self) -> bool:
        """Whether a call changes something outside."""
        return self.method not in ("GET", "HEAD") and not self.reads_only


class RouteTable:
    """Finds the route of a path; a known path with another method is 405, an unknown one 404."""

    def __init__(self, routes: Iterable[Route]) -> None:
        # Fixed segments before variable ones, or /meetings/join would be a meeting called "join".
        ordered = sorted(routes, key=lambda one: one.template.count("{"))
        self.routes = tuple(ordered)
        self._patterns = [(re.compile(_pattern(one.template)), one) for one in ordered]

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """The route and the variable parts of the path, or a Refusal."""
        others, plain = list[str](), unquote(path)
        for pattern, route in self._patterns:
            found = pattern.fullmatch(plain)
            if not found:
                continue
            if route.method == method:
                return route, found.groupdict()
            others.append(route.method)
        if others:
            allowed = {"Allow": ", ".join(sorted(set(others)))}
            raise Refusal(405, f"The method {method} is not supported here.", headers=allowed)
        raise Refusal(404, "The requested resource could not be found.")


def _pattern(template: str) -> str:
    parts = re.split(r"\{(\w+)\}", template)
    return "".join(re.escape(part) if i % 2 == 0 else f"(?P<{part}>[^/]+)" for i, part in enumerate(parts))


def typed_query(route: Route, pairs: Iterable[tuple[str, str]], extra: Mapping[str, Shape]) -> dict[str, Any]:
    """The query with its types, or a Refusal that names every unknown, repeated or malformed parameter."""
    known, result, wrong = {**route.query, **extra}, dict[str, Any](), list[str]()
    for name, text in pairs:
        if name not in known:
            wrong.append(f"'{name}' is not a known query parameter")
        elif name in result:
            wrong.append(f"'{name}' is given more than once")
        else:
            value = _typed(text, known[name])
            if value is None:
                wrong.append(f"'{name}' has the malformed value '{text}'")
            result[name] = value
    wrong.extend(f"'{name}' is required" for name in sorted(route.required - result.keys()))
    if wrong:
        raise Refusal(400, *wrong)
    return result


def _typed(text: str, shape: Shape) -> Any:
    if shape == FLAG:
        return {"true": True, "false": False}.get(text.lower())
    if shape == NUMBER:
        return int(text) if re.fullmatch(r"\d{1,9}", text) else None
    if isinstance(shape, tuple):
        return text if text in shape else None
    return text


@dataclass(frozen=True)
class Api:
    """One provider: where its paths begin, what they are, and how it answers and refuses."""

    prefix: str
    routes: RouteTable
    answer: Callable[[World, Request], Answer]
    error: Callable[[Refusal], Answer]
    place: Callable[[World, Request], AbstractContextManager[Refusal | None]]
    """Takes a place among the calls that go on at once; yields a Refusal when there is none."""
