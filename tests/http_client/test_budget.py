from __future__ import annotations

import pytest

from hybrid_sync.errors import TryLater
from hybrid_sync.http_client import Api, FixedToken, TokenBucket
from tests.http_client.kit import BadServer, Time, answering, called, clock, transport


def taken_within(bucket: TokenBucket, time: Time, seconds: float, step: float = 0.1) -> int:
    taken = 0
    end = time.seconds + seconds
    while time.seconds < end:
        try:
            bucket.take()
            taken += 1
        except TryLater:
            time.seconds += step
    return taken


@pytest.mark.parametrize("per_minute", [1, 4, 25, 30, 300])
def test_never_more_than_the_allowance_in_a_minute_and_most_of_it_in_the_long_run(per_minute: int) -> None:
    time = Time()
    bucket = TokenBucket("webex", per_minute, monotonic=time.monotonic)
    assert taken_within(bucket, time, 59.9) <= per_minute
    assert taken_within(bucket, time, 600) >= per_minute * 10 * 0.75


def test_an_empty_bucket_says_when_a_good_part_of_it_is_there_again_and_does_not_sleep() -> None:
    time = Time()
    bucket = TokenBucket("webex", 300, monotonic=time.monotonic)
    for _ in range(60):
        bucket.take()
    with pytest.raises(TryLater) as caught:
        bucket.take()
    assert caught.value.after == pytest.approx(7.5)
    assert time.slept == []
    time.seconds += caught.value.after or 0
    for _ in range(30):
        bucket.take()


@pytest.mark.parametrize(
    ("per_minute", "sparing", "urgent"), [(25, 4, 1), (300, 48, 12), (10, 1, 1), (9, 1, 0), (1, 1, 0)]
)
def test_a_sparing_taker_leaves_a_fifth_of_the_bucket_where_more_than_one_fits_in(
    per_minute: int, sparing: int, urgent: int
) -> None:
    bucket = TokenBucket("mail", per_minute, monotonic=Time().monotonic)
    for _ in range(sparing):
        bucket.take(sparing=True)
    with pytest.raises(TryLater):
        bucket.take(sparing=True)
    for _ in range(urgent):
        bucket.take()
    with pytest.raises(TryLater):
        bucket.take()


def test_after_the_wait_that_it_was_told_a_sparing_taker_gets_more_than_one_and_the_rest_stays() -> None:
    time = Time()
    bucket = TokenBucket("mail", 25, monotonic=time.monotonic)
    for _ in range(5):
        bucket.take()
    with pytest.raises(TryLater) as caught:
        bucket.take(sparing=True)
    assert caught.value.after == pytest.approx(9)  # three of five, at a third a second
    time.seconds += caught.value.after or 0
    bucket.take(sparing=True)
    bucket.take(sparing=True)
    with pytest.raises(TryLater):
        bucket.take(sparing=True)
    bucket.take()


def test_an_allowance_of_nothing_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(ValueError, match="allows nothing"):
        TokenBucket("webex", 0, monotonic=Time().monotonic)


def test_chance_makes_the_wait_up_to_a_tenth_longer_and_never_shorter() -> None:
    waits = []
    for chance in (0.0, 0.5, 1.0):
        bucket = TokenBucket("webex", 300, monotonic=Time().monotonic, chance=lambda chance=chance: chance)
        for _ in range(60):
            bucket.take()
        with pytest.raises(TryLater) as caught:
            bucket.take()
        waits.append(caught.value.after)
    assert waits == [pytest.approx(7.5), pytest.approx(7.875), pytest.approx(8.25)]


@pytest.mark.parametrize(("chance", "after"), [(0.0, 3600), (1.0, 3960)])
def test_what_a_provider_asks_for_is_waited_and_a_tenth_more_at_most(chance: float, after: float) -> None:
    play = answering(b"<html>", "429 Too Many Requests", "Retry-After: 3600", "Content-Type: text/html")
    with BadServer(play) as server:
        guard = transport(server, chance=lambda: chance)
        api = Api(guard, base_url=server.url, token=FixedToken("t"), clock=clock)
        with pytest.raises(TryLater) as caught:
            api.get("meetings")
        assert caught.value.after == pytest.approx(after)
        assert caught.value.status == 429
        guard.close()


def test_a_budget_that_is_given_takes_the_place_of_the_own_one() -> None:
    class Nothing:
        def take(self, *, sparing: bool = False) -> None:
            raise TryLater("webex", "none left for this house", after=3)

    with BadServer(answering()) as server, pytest.raises(TryLater, match="none left"):
        called(server, budget=Nothing(), requests_per_minute=1000)
    assert server.connections == 0
