"""Whether an answer on the registration form approves or rejects by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_TESTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, value: value in text,
    "notContains": lambda text, value: value not in text,
    "beginsWith": lambda text, value: text.startswith(value),
    "endsWith": lambda text, value: text.endswith(value),
    "equals": lambda text, value: text == value,
    "notEquals": lambda text, value: text != value,
}


def verdict(form: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """The status of a new registrant: the first rule that fits decides, else autoAcceptRequest does."""
    asked = [(rule, str(data.get(rule["question"], ""))) for rule in form.get("rules", [])]
    given = {one["questionId"]: one["answers"] for one in data.get("customizedQuestions", [])}
    for question in form.get("customizedQuestions", []):
        for answer in given.get(question["id"], []):
            asked += [(rule, answer["answer"]) for rule in question.get("rules", [])]
    for rule, text in sorted(asked, key=lambda pair: pair[0]["order"]):
        if _fits(rule, text):
            return "approved" if rule["result"] == "approve" else "rejected"
    return "approved" if form["autoAcceptRequest"] else "pending"


def _fits(rule: Mapping[str, Any], text: str) -> bool:
    value = str(rule["value"])
    if not rule.get("matchCase", False):
        text, value = text.lower(), value.lower()
    return _TESTS[rule["condition"]](text, value)
