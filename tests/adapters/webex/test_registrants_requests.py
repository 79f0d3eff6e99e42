from __future__ import annotations

import pytest
import responses
from responses import matchers
from tests.builders import a_person
from tests.http_client.kit import Listening, clock

from hybrid_sync.adapters.webex import WebexApi, WebexRegistrants
from hybrid_sync.domain.registrants import MeetingRegistrant
from hybrid_sync.errors import AlreadyThere, Gone, OutcomeUnknown, SignInExpired, TryLater
from hybrid_sync.http_client import FixedToken

BASE = "https://webexapis.com/v1/meetings/m1/registrants"


# --- exact requests and odd answers -------------------------------------------------------------------------------


def stubbed() -> WebexRegistrants:
    transport = Listening("webex", "https://webexapis.com/v1/")
    return WebexRegistrants(WebexApi(transport, token=FixedToken("t"), clock=clock), host_email="h@x.org")


def a_form(name: str) -> dict[str, object]:
    return {
        "firstName": name.capitalize(),
        "lastName": "Example",
        "email": f"{name}@example.org",
        "sendEmail": False,
    }


def stub_query(wire: responses.RequestsMock, *names: str) -> None:
    wire.post(
        f"{BASE}/query",
        json={"items": [{"id": f"g-{name}", "email": f"{name}@Example.org"} for name in names]},
        match=[matchers.query_param_matcher({"max": "100", "hostEmail": "h@x.org"})],
    )


def test_a_batch_is_one_call_when_the_answer_accounts_for_everybody_in_whatever_spelling() -> None:
    with responses.RequestsMock() as wire:
        items = [{"id": "g-grace", "email": "GRACE@example.org"}, {"id": "g-ada", "email": "ada@Example.org"}]
        wire.post(
            f"{BASE}/bulkInsert",
            json={"items": items},
            match=[
                matchers.query_param_matcher({"hostEmail": "h@x.org"}),
                matchers.json_params_matcher({"items": [a_form("ada"), a_form("grace")]}),
            ],
        )
        added = stubbed().add("m1", [a_person("ada"), a_person("grace")])
    assert added.ids == {"ada@example.org": "g-ada", "grace@example.org": "g-grace"}


def test_whom_the_answer_leaves_out_is_asked_about_and_nobody_else() -> None:
    with responses.RequestsMock() as wire:
        wire.post(f"{BASE}/bulkInsert", json={"items": [{"id": "g-ada", "email": "ada@example.org"}]})
        wire.post(
            f"{BASE}/query",
            json={"items": [{"id": "g-grace", "email": "grace@example.org", "status": "pending"}]},
            match=[matchers.json_params_matcher({"emails": ["grace@example.org"]})],
        )
        added = stubbed().add("m1", [a_person("ada"), a_person("grace")])
    assert {key: one.status for key, one in added.registered.items()} == {
        "ada@example.org": "approved",
        "grace@example.org": "pending",
    }


def test_a_refused_batch_is_tried_one_by_one_and_each_refusal_is_told_apart() -> None:
    with responses.RequestsMock() as wire:
        stub_query(wire)
        wire.post(f"{BASE}/bulkInsert", status=400, json={"message": "bad batch"})
        match = [matchers.query_param_matcher({"hostEmail": "h@x.org"})]
        wire.post(BASE, json={"id": "g-ada"}, match=[*match, matchers.json_params_matcher(a_form("ada"))])
        wire.post(BASE, status=409, match=[*match, matchers.json_params_matcher(a_form("bob"))])
        wire.post(
            BASE,
            status=400,
            json={"errors": [{"description": "The domain of eve@example.org is blocked."}]},
            match=[*match, matchers.json_params_matcher(a_form("eve"))],
        )
        stub_query(wire, "bob")
        added = stubbed().add("m1", [a_person("ada"), a_person("bob"), a_person("eve")])
    assert added.ids == {"ada@example.org": "g-ada", "bob@example.org": "g-bob"}
    assert list(added.refused) == ["eve@example.org"]
    assert "The domain of e***@example.org is blocked." in str(added.refused["eve@example.org"])


def test_a_200_with_errors_of_single_items_refuses_those_and_keeps_the_others() -> None:
    items = [
        {"id": "g-ada", "email": "ada@example.org"},
        {"email": "eve@example.org", "errors": [{"description": "Not allowed."}]},
    ]
    with responses.RequestsMock() as wire:
        wire.post(f"{BASE}/bulkInsert", json={"items": items})
        stub_query(wire)
        added = stubbed().add("m1", [a_person("ada"), a_person("eve")])
    assert added.ids == {"ada@example.org": "g-ada"}
    assert "Not allowed." in str(added.refused["eve@example.org"])


@pytest.mark.parametrize(
    ("status", "kind"), [(404, Gone), (429, TryLater), (500, OutcomeUnknown), (401, SignInExpired)]
)
def test_refusals_that_are_about_the_whole_meeting_are_not_tried_person_by_person(
    status: int, kind: type[Exception]
) -> None:
    with responses.RequestsMock() as wire:
        wire.post(f"{BASE}/bulkInsert", status=status)
        with pytest.raises(kind):
            stubbed().add("m1", [a_person("ada"), a_person("eve")])


def test_a_removal_that_is_refused_as_a_whole_is_tried_one_by_one_and_the_reason_is_told() -> None:
    url = f"{BASE}/bulkDelete"

    def body(*ids: str) -> dict[str, object]:
        return {"sendEmail": False, "registrants": [{"id": one} for one in ids]}

    with responses.RequestsMock() as wire:
        wire.post(url, status=404, match=[matchers.json_params_matcher(body("g1", "g2"))])
        wire.post(url, status=404, match=[matchers.json_params_matcher(body("g1"))])
        wire.post(url, status=204, match=[matchers.json_params_matcher(body("g2"))])
        wire.post(f"{BASE}/query", json={"items": []})
        pair = [MeetingRegistrant("g1", "a@x.org"), MeetingRegistrant("g2", "b@x.org")]
        assert stubbed().remove("m1", pair) == {}
    with responses.RequestsMock() as wire:
        wire.post(url, status=409)
        refused = stubbed().remove("m1", [MeetingRegistrant("g1", "a@x.org")])
    assert {key: type(error) for key, error in refused.items()} == {"a@x.org": AlreadyThere}


@pytest.mark.parametrize("size", [0, 51])
def test_a_batch_size_that_webex_would_not_take_is_a_mistake(size: int) -> None:
    transport = Listening("webex", "https://webexapis.com/v1/")
    with pytest.raises(ValueError, match="between 1 and 50"):
        WebexRegistrants(WebexApi(transport, token=FixedToken("t"), clock=clock), batch_size=size)
