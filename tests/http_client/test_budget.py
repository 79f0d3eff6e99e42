from __future__ import annotations

import pytest

from hybrid_sync.errors import TryLater
from hybrid_sync.http_client import TokenBucket
from tests.http_client.kit import Time


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


def test_an_allowance_of_nothing_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(ValueError, match="allows nothing"):
        TokenBucket("webex", 0, monotonic=Time().monotonic)
