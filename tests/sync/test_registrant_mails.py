"""Which mail comes from whom (P5), and a link that is revoked is replaced by a mail with another one."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest

from hybrid_sync.domain.joining import JoinState
from hybrid_sync.domain.localtime import local_time
from hybrid_sync.errors import InputError
from tests.builders import wall
from tests.world import World, news, online, person, publish, sync


def words_to(world: World, name: str) -> str:
    """The plain words of the newest message to somebody."""
    [*_, newest] = [one for one in world.sandbox.inbox if one.recipients[0] == f"{name}@example.org"]
    body = message_from_bytes(newest.content, policy=policy.default).get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


@pytest.mark.parametrize("auto_accept", [True, False])
@pytest.mark.parametrize("links", ["redirect", "shared", "webex-mail"])
def test_webex_mails_each_person_once_where_it_is_asked_to_and_never_else(
    world: World, links: str, auto_accept: bool
) -> None:
    app = world.app(world.settings(webex={"join_links": links, "auto_accept": auto_accept}))
    publish(app, online("ada"), online("bob"))
    assert sync(app).converged
    app.desk.reschedule("water", local_time(wall("2027-06-09 11:00")))
    assert sync(app).converged
    sync(app)
    mailed = sorted((mail.to, mail.kind) for mail in world.sandbox.state.webex_mails)
    expected = [(f"{name}@example.org", "registration_approved") for name in ("ada", "bob")]
    assert mailed == (expected if links == "webex-mail" else [])
    assert world.mails() == {
        (f"{name}@example.org", kind): 1 for name in ("ada", "bob") for kind in ("invitation", "update")
    }
    app.desk.cancel("water")
    assert sync(app).converged
    assert len(world.sandbox.state.webex_mails) == len(mailed)


@pytest.mark.parametrize(
    ("links", "says", "link"),
    [
        ("redirect", "This link is meant for you alone", "https://events.example.org/join/"),
        ("shared", "This is the link of the whole meeting", "/webex-site/"),
        ("webex-mail", "Your link to join comes in a separate message from Webex.", None),
    ],
)
def test_the_mail_says_what_kind_of_link_it_names(
    world: World, links: str, says: str, link: str | None
) -> None:
    app = world.app(world.settings(webex={"join_links": links}))
    publish(app, online("ada"))
    assert sync(app).converged
    words = words_to(world, "ada")
    assert says in words
    assert ("alone" in words) is (links == "redirect")
    if link is None:
        assert "/join/" not in words
        assert "webex-site" not in words
    else:
        assert link in words


def test_where_webex_mails_the_links_no_public_address_is_needed(world: World) -> None:
    settings = world.settings(
        webex={"join_links": "webex-mail"}, service={"base_url": None}, web={"secret": None}
    )
    app = world.app(settings)
    publish(app, online("ada"))
    assert sync(app).converged
    assert world.mails() == {("ada@example.org", "invitation"): 1}


def test_a_revoked_link_is_shut_and_the_person_is_mailed_another_one(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    sync(app)
    old = app.links.link(person(app, "ada"))
    after = app.desk.revoke_link("water", "ada@example.org")
    new = app.links.link(after)
    token = old.rpartition("/")[2]
    assert app.joining.look(*app.links.read(token)).view.state is JoinState.REVOKED
    assert sync(app).converged
    assert world.mails() == {
        ("ada@example.org", "invitation"): 1,
        ("ada@example.org", "update"): 1,
        ("bob@example.org", "invitation"): 1,
    }
    assert new in words_to(world, "ada")
    assert old not in words_to(world, "ada")
    assert news(sync(app)) == []
    with app.store.read() as tx:
        lines = [line for line in tx.audit.of("water") if line.what == "registrant.revoke"]
    assert len(lines) == 1
    assert token not in str(lines)


def test_who_has_no_link_has_none_to_revoke(world: World) -> None:
    app = world.app()
    publish(app)
    app.desk.register("water", [online("ada")], approve=False)
    with pytest.raises(InputError, match="has no join link"):
        app.desk.revoke_link("water", "ada@example.org")


def test_a_mended_address_gets_meeting_place_and_invitation_and_the_old_one_loses_all_three(
    world: World,
) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    sync(app)
    old = person(app, "ada")
    app.desk.readdress("water", "ada@example.org", "Ada.Lovelace@example.org")
    assert sync(app).converged
    assert world.registrant_emails() == {"ada.lovelace@example.org": 1, "bob@example.org": 1}
    mails = world.mails()
    assert mails["ada@example.org", "cancellation"] == 1
    assert mails["Ada.Lovelace@example.org", "invitation"] == 1
    assert app.joining.look(old.id, old.link_generation).view.state is JoinState.REVOKED
    before = len(world.sandbox.writes())
    assert news(sync(app)) == []
    assert len(world.sandbox.writes()) == before


def test_an_address_of_somebody_else_or_none_at_all_is_not_taken(world: World) -> None:
    app = world.app()
    publish(app, online("ada"), online("bob"))
    with pytest.raises(InputError, match="registered for event water already"):
        app.desk.readdress("water", "ada@example.org", "BOB@example.org")
    with pytest.raises(InputError, match="not an e-mail address"):
        app.desk.readdress("water", "ada@example.org", "nowhere")
    assert person(app, "ada").incarnation == 1
