from __future__ import annotations

from collections.abc import Iterator

import pytest
import responses
from responses import matchers

from hybrid_sync.errors import Gone, Refused, SignInExpired, TryLater
from hybrid_sync.http_client import Api, FixedToken, TokenSource
from tests.http_client.kit import Listening, clock

BASE = "https://webexapis.com/v1/"


class Renewing:
    """Gives a new token after each rejection, as often as it has any."""

    def __init__(self, *tokens: str) -> None:
        self._tokens = list(tokens)

    def __call__(self) -> str:
        return self._tokens[0]

    def rejected(self, token: str) -> bool:
        if len(self._tokens) > 1 and token == self._tokens[0]:
            self._tokens.pop(0)
            return True
        return False


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def an_api(token: TokenSource | None = None, base_url: str = BASE) -> tuple[Api, Listening]:
    transport = Listening("webex", BASE)
    return Api(transport, base_url=base_url, token=token or FixedToken("t"), clock=clock), transport


def test_parameters_are_written_as_json_writes_them_and_none_is_left_out(
    wire: responses.RequestsMock,
) -> None:
    query = {"sendEmail": "false", "current": "true", "max": "100", "hostEmail": "a+b@x.org"}
    wire.get(BASE + "meetings", json={}, match=[matchers.query_param_matcher(query)])
    api, transport = an_api()
    api.get(
        "meetings",
        {"sendEmail": False, "current": True, "max": 100, "hostEmail": "a+b@x.org", "siteUrl": None},
    )
    assert "hostEmail=a%2Bb%40x.org" in transport.sent[0].url


@pytest.mark.parametrize("base", ["https://webexapis.com/v1", "https://webexapis.com/v1/"])
def test_a_base_address_without_its_slash_means_the_same(wire: responses.RequestsMock, base: str) -> None:
    wire.get(BASE + "meetings", json={"items": []})
    assert an_api(base_url=base)[0].items("meetings") == []


def test_no_more_of_the_machine_is_told_than_our_name(wire: responses.RequestsMock) -> None:
    wire.get(BASE + "meetings", json={})
    api, transport = an_api()
    api.get("meetings")
    assert transport.sent[0].headers["user-agent"] == "hybrid-sync"


def test_a_rejected_token_is_renewed_once_and_the_call_made_again(wire: responses.RequestsMock) -> None:
    wire.post(BASE + "meetings", status=401, match=[matchers.header_matcher({"Authorization": "Bearer old"})])
    wire.post(BASE + "meetings", json={}, match=[matchers.header_matcher({"Authorization": "Bearer new"})])
    api, _ = an_api(Renewing("old", "new"))
    assert api.call("POST", "meetings", json={}).status_code == 200


@pytest.mark.parametrize("tokens", [("one",), ("one", "two", "three")])
def test_a_token_that_is_still_rejected_is_an_expired_sign_in(
    wire: responses.RequestsMock, tokens: tuple[str, ...]
) -> None:
    wire.get(BASE + "meetings", status=401, json={"message": "The request requires a valid access token"})
    api, transport = an_api(Renewing(*tokens))
    with pytest.raises(SignInExpired, match="valid access token"):
        api.get("meetings")
    assert len(transport.sent) == min(len(tokens), 2)


def test_a_netrc_of_the_machine_does_not_replace_the_token(
    wire: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("default login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    wire.get(BASE + "meetings", json={}, match=[matchers.header_matcher({"Authorization": "Bearer t"})])
    an_api()[0].get("meetings")


def test_pages_are_followed_as_they_are_announced_also_past_an_empty_one(
    wire: responses.RequestsMock,
) -> None:
    following = BASE + "meetings?hostEmail=a%2Bb%40x.org&from=2027-05-03T09%3A00%3A00%2B02%3A00&offset={}"
    link = '<{}>; rel="next", <https://webexapis.com/v1/meetings>; rel="first"'
    wire.get(
        BASE + "meetings", json={"items": [{"id": 1}]}, headers={"Link": link.format(following.format(1))}
    )
    wire.get(
        following.format(1),
        json={"items": []},
        headers={"Link": link.format(following.format(2))},
    )
    wire.get(following.format(2), json={"items": [{"id": 2}, "odd"]})
    api, transport = an_api()
    assert api.items("meetings", {"max": 100}) == [{"id": 1}, {"id": 2}]
    assert transport.sent[1].url == following.format(1)


def test_the_errant_max_null_of_webex_is_taken_out_of_a_next_link(wire: responses.RequestsMock) -> None:
    link = f'<{BASE}meetings?max=null&from=2027-05-03T09%3A00%3A00%2B02%3A00>; rel="next"'
    wire.get(BASE + "meetings", json={"items": []}, headers={"Link": link})
    wire.get(
        BASE + "meetings",
        json={"items": []},
        match=[matchers.query_param_matcher({"from": "2027-05-03T09:00:00+02:00"})],
    )
    an_api()[0].items("meetings")


def test_pages_that_go_round_in_a_circle_are_refused(wire: responses.RequestsMock) -> None:
    link = f'<{BASE}meetings?offset=1>; rel="next"'
    wire.get(BASE + "meetings", json={"items": []}, headers={"Link": link})
    with pytest.raises(Refused, match="do not come to an end"):
        an_api()[0].items("meetings")


def test_a_next_page_on_another_host_is_not_fetched_and_gets_no_token(wire: responses.RequestsMock) -> None:
    link = '<https://evil.example/v1/meetings>; rel="next"'
    wire.get(BASE + "meetings", json={"items": []}, headers={"Link": link})
    with pytest.raises(Refused, match="not in the settings"):
        an_api()[0].items("meetings")


def test_a_list_answer_without_a_list_is_empty_and_one_that_is_no_json_is_for_later(
    wire: responses.RequestsMock,
) -> None:
    wire.get(BASE + "a", json={"items": None})
    wire.get(BASE + "b", body="<html>", content_type="text/html")
    api, _ = an_api()
    assert api.items("a") == []
    with pytest.raises(TryLater):
        api.items("b")


def test_expected_statuses_come_back_and_others_raise(wire: responses.RequestsMock) -> None:
    wire.patch(BASE + "meetings/1", status=415)
    wire.patch(BASE + "meetings/2", status=404)
    api, _ = an_api()
    assert api.call("PATCH", "meetings/1", answers=(415,)).status_code == 415
    with pytest.raises(Gone):
        api.call("PATCH", "meetings/2", answers=(415,))
