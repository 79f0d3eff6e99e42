"""The HTML templates beside this file."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

_TEMPLATES = Environment(
    loader=PackageLoader("hybrid_sync.render"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, **values: object) -> str:
    """The template filled in; every value is escaped, and a value left out is an error."""
    return _TEMPLATES.get_template(template).render(values)
