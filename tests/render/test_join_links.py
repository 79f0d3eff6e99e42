from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_sync.errors import InputError
from hybrid_sync.http_client.redaction import redact
from hybrid_sync.render.join_links import JoinLinks, OwnLinks, PersonalLinks


def test_a_link_reads_back_as_registrant_and_generation(make: SimpleNamespace) -> None:
    links = JoinLinks("https://events.example.eu/", "secret")
    link = links.link(make.person(link_generation=3))
    assert link.startswith("https://events.example.eu/join/")
    assert links.read(link.rpartition("/")[2]) == ("r-1", 3)


def test_the_same_person_gets_the_same_link_until_it_is_revoked(make: SimpleNamespace) -> None:
    links, again = (JoinLinks("https://e.eu", "secret") for _ in range(2))
    assert links.link(make.person()) == again.link(make.person())
    assert links.link(make.person(first_name="Other", email="o@example.org")) == links.link(make.person())
    assert links.link(make.person(link_generation=2)) != links.link(make.person())


def test_the_link_tells_nothing_but_id_and_generation(make: SimpleNamespace) -> None:
    import base64
    import json

    content = JoinLinks("https://e.eu", "secret").token(make.person()).partition(".")[0]
    assert json.loads(base64.urlsafe_b64decode(content + "==")) == ["r-1", 1]


def test_an_older_secret_still_reads_and_the_newest_signs(make: SimpleNamespace) -> None:
    old, new = JoinLinks("https://e.eu", "old"), JoinLinks("https://e.eu", "new")
    both = JoinLinks("https://e.eu", ["new", "old"])
    assert both.read(old.token(make.person())) == ("r-1", 1)
    assert both.token(make.person()) == new.token(make.person())
    with pytest.raises(InputError):
        new.read(old.token(make.person()))


@pytest.mark.parametrize("token", ["", ".", "a.b", "x" * 5000, "é.è", "\x00", "WyJyLTEiLDFd."])
def test_a_token_that_is_not_ours_is_refused_without_being_repeated(token: str) -> None:
    with pytest.raises(InputError) as caught:
        JoinLinks("https://e.eu", "secret").read(token)
    assert str(caught.value) == "this join link is not one of ours, or not complete"


def test_a_token_signed_for_another_purpose_is_refused() -> None:
    from itsdangerous import URLSafeSerializer

    token = URLSafeSerializer("secret", salt="another-purpose").dumps(["r-1", 1])
    with pytest.raises(InputError):
        JoinLinks("https://e.eu", "secret").read(str(token))


def test_signed_content_of_another_shape_is_refused() -> None:
    links = JoinLinks("https://e.eu", "secret")
    for content in ([], ["r-1"], [1, 1], ["r-1", "1"], {"r": 1}, ["r-1", 1, 2]):
        with pytest.raises(InputError):
            links.read(str(links._serializer.dumps(content)))


@given(st.text(), st.integers(1, 2**40))
def test_any_id_reads_back(make: SimpleNamespace, registrant_id: str, generation: int) -> None:
    links = JoinLinks("https://e.eu", "secret")
    person = make.person(id=registrant_id, link_generation=generation)
    assert links.read(links.token(person)) == (registrant_id, generation)


@given(st.text(max_size=60))
def test_no_guess_is_taken(token: str) -> None:
    with pytest.raises(InputError):
        JoinLinks("https://e.eu", "secret").read(token)


def test_a_link_maker_without_a_secret_is_a_mistake_and_its_name_shows_none() -> None:
    for secret in ("", [], ["good", ""]):
        with pytest.raises(ValueError):
            JoinLinks("https://e.eu", secret)
    assert "hush" not in repr(JoinLinks("https://e.eu", "hush"))


@pytest.mark.parametrize(("kind", "path"), [(JoinLinks, "join"), (OwnLinks, "my")])
def test_each_kind_of_link_has_its_own_path_and_signature(
    make: SimpleNamespace, kind: type[PersonalLinks], path: str
) -> None:
    links = kind("https://events.example.eu/hybrid/", "secret")
    link = links.link(make.person(link_generation=3))
    assert link.startswith(f"https://events.example.eu/hybrid/{path}/")
    assert links.read(link.rpartition("/")[2]) == ("r-1", 3)
    assert links.link(make.person(link_generation=4)) != link
    assert repr(links) == f"{kind.__name__}('https://events.example.eu/hybrid')"


def test_a_token_of_one_kind_is_none_of_the_other(make: SimpleNamespace) -> None:
    join, own = JoinLinks("https://e.eu", "secret"), OwnLinks("https://e.eu", "secret")
    assert join.token(make.person()).partition(".")[0] == own.token(make.person()).partition(".")[0]
    with pytest.raises(InputError, match="not one of ours"):
        own.read(join.token(make.person()))
    with pytest.raises(InputError, match="not one of ours"):
        join.read(own.token(make.person()))


def test_an_own_link_is_masked_in_logs_as_a_join_link_is(make: SimpleNamespace) -> None:
    for kind in (JoinLinks, OwnLinks):
        link = kind("https://events.example.eu", "secret").link(make.person())
        token = link.rpartition("/")[2]
        for text in (link, f"see <{link}>", f"GET {link}?do=withdraw 200", f"'/{kind.path}/{token}'"):
            assert token not in redact(text)
            assert f"/{kind.path}/***" in redact(text)
