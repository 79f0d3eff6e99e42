"""ASVS 1.3.6, 13.2.4, 15.3.2, 12.3.2, 12.3.4: calls go to the configured hosts, by TLS that is verified, and nowhere else."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from hybrid_sync.adapters.pages import HttpsPages
from hybrid_sync.adapters.sql import SqlStore, open_store
from hybrid_sync.errors import InputError, ProviderError, SettingsError
from hybrid_sync.http_client.transport import nobody
from hybrid_sync.ports import Check
from hybrid_sync.sandbox import Sandbox, SandboxOptions
from hybrid_sync.settings import Settings
from hybrid_sync.wiring import web_pages
from hybrid_sync.wiring.caldav import publishing
from hybrid_sync.wiring.mailbox import mailbox_parts
from hybrid_sync.wiring.microsoft import microsoft_token
from hybrid_sync.wiring.post import outgoing_post
from hybrid_sync.wiring.providers import staff_calendar, webex_parts
from tests.builders import NOW
from tests.dovecot_server import PASSWORD, USER, dovecot
from tests.http_client.kit import BadServer, Play, answering
from tests.security.conftest import TlsFiles

SRC = Path(__file__).parents[2] / "src" / "hybrid_sync"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    store = open_store(f"sqlite:///{tmp_path}/hs.db", create=True)
    yield store
    store.close()


def at_noon() -> Any:
    return NOW


def settings_for(address: str, **sections: dict[str, Any]) -> Settings:
    """Every provider that speaks HTTP is at this address."""
    data: dict[str, dict[str, Any]] = {
        "webex": {"base_url": f"{address}/v1/", "access_token": "canary-token"},
        "graph": {
            "base_url": f"{address}/v1.0/",
            "authority": f"{address}/",
            "tenant_id": "tenant",
            "client_id": "app",
            "client_secret": "canary-secret",
            "mailbox": "events@example.org",
        },
        "caldav": {"enabled": True, "url": f"{address}/dav/", "username": "u", "password": "canary-password"},
    }
    for section, keys in sections.items():
        data[section] = data.get(section, {}) | keys
    return Settings.model_validate(data)


def webex(settings: Settings, store: SqlStore) -> object:
    parts = webex_parts(settings, at_noon, nobody, store, "me", lambda: 0.5)
    try:
        return list(parts.api.items("meetings", {}))
    finally:
        parts.transport.close()


def graph(settings: Settings, store: SqlStore) -> object:
    from hybrid_sync.adapters.graph import GraphApi
    from hybrid_sync.http_client import FixedToken

    _calendar, _check, transport = staff_calendar(settings, at_noon, nobody)
    api = GraphApi(
        transport, token=FixedToken("canary-token"), clock=at_noon, base_url=settings.graph.base_url
    )
    try:
        return list(api.values("users/x/events", {}))
    finally:
        transport.close()


def sign_in(settings: Settings, store: SqlStore) -> object:
    return microsoft_token(settings, nobody, why="the test")()


def caldav(settings: Settings, store: SqlStore) -> object:
    found = publishing(settings, store, at_noon, nobody)
    assert found is not None
    _, collection, transport = found
    try:
        [check] = collection.check()
    finally:
        transport.close()
    if not check.ok:
        raise ProviderError("caldav", check.detail)
    return check


Call = Callable[[Settings, SqlStore], object]
HTTP = [webex, graph, sign_in, caldav]


def json_page(body: str, *headers: str) -> Play:
    return answering(body.encode(), "200 OK", "Content-Type: application/json", *headers)


@pytest.mark.parametrize("call", HTTP)
@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]
)
def test_asvs_15_3_2_no_adapter_follows_a_redirect_to_another_host(
    call: Call, status: str, store: SqlStore
) -> None:
    with BadServer(answering(b"{}")) as other:
        with (
            BadServer(answering(b"", status, f"Location: {other.url}")) as server,
            pytest.raises(ProviderError),
        ):
            call(settings_for(server.url.rstrip("/")), store)
        assert other.connections == 0
        assert server.connections >= 1


@pytest.mark.parametrize(
    ("call", "play"),
    [
        (webex, lambda url: json_page('{"items": []}', f'Link: <{url}v1/meetings?page=2>; rel="next"')),
        (graph, lambda url: json_page(f'{{"value": [], "@odata.nextLink": "{url}v1.0/x"}}')),
        (
            sign_in,
            lambda url: json_page(
                f'{{"token_endpoint": "{url}t", "authorization_endpoint": "{url}a", "issuer": "{url}i"}}'
            ),
        ),
    ],
    ids=["webex Link", "graph nextLink", "token endpoint"],
)
def test_asvs_1_3_6_an_address_in_an_answer_leads_to_no_other_host(
    call: Call, play: Callable[[str], Play], store: SqlStore
) -> None:
    with BadServer(json_page("{}")) as other:
        with BadServer(play(other.url)) as server, pytest.raises(ProviderError):
            call(settings_for(server.url.rstrip("/")), store)
        assert other.connections == 0


# --- TLS ----------------------------------------------------------------------------------------------------------------


def over_tls(files: TlsFiles, play: Play) -> Play:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.server)

    def played(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            play(secure)

    return played


class Heard:
    """Answers, and keeps what was asked."""

    def __init__(self) -> None:
        self.said = b""

    def __call__(self, connection: socket.socket) -> None:
        self.said += connection.recv(65536)
        connection.sendall(
            b"HTTP/1.1 418 Odd\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
        )


@pytest.mark.parametrize("call", HTTP)
@pytest.mark.parametrize("trusted", [True, False], ids=["own authority", "unknown authority"])
def test_asvs_12_3_2_and_12_3_4_http_is_told_nothing_before_its_certificate_is_good(
    call: Call, trusted: bool, store: SqlStore, tls_files: TlsFiles
) -> None:
    heard = Heard()
    bundle = {"ca_bundle": str(tls_files.authority)} if trusted else {}
    with BadServer(over_tls(tls_files, heard)) as server:
        settings = settings_for(f"https://localhost:{server.port}", service=bundle)
        with pytest.raises(ProviderError) as caught:
            call(settings, store)
        assert server.connections >= 1
    if trusted:
        assert b"HTTP/1.1\r\n" in heard.said
        assert "ertificate" not in str(caught.value)
    else:
        assert heard.said == b""
        assert re.search("certificate|SSL|TLS", str(caught.value), re.IGNORECASE)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.2", "other.example"])
def test_asvs_12_3_2_a_certificate_for_another_name_is_not_good(
    host: str, store: SqlStore, tls_files: TlsFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda name, *rest, **more: real("127.0.0.1", *rest, **more))
    heard = Heard()
    with BadServer(over_tls(tls_files, heard)) as server:
        bundle = {"ca_bundle": str(tls_files.authority)}
        with pytest.raises(ProviderError):
            webex(settings_for(f"https://{host}:{server.port}", service=bundle), store)
    assert heard.said == b""


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("trusted", [True, False], ids=["own authority", "unknown authority"])
def test_asvs_12_3_4_mail_leaves_over_tls_that_is_verified(
    security: Any, trusted: bool, store: SqlStore, tls_files: TlsFiles
) -> None:
    options = SandboxOptions(smtp_security=security, smtp_certificate=str(tls_files.server), smtp_username="box",
                             smtp_password="canary-password")  # fmt: skip
    with Sandbox(options=options) as sandbox:
        mail = {"host": "localhost", "port": sandbox.smtp_port, "security": security, "auth": "login",
                "username": "box", "password": "canary-password"}  # fmt: skip
        bundle = {"ca_bundle": str(tls_files.authority)} if trusted else {}
        post = outgoing_post(
            Settings.model_validate({"mail": mail, "service": bundle}), at_noon, nobody, store, lambda: 0.5
        )
        [check] = post.check()
        post.close()
    assert check.ok is trusted
    if not trusted:
        assert "certificate" in check.detail


@pytest.mark.parametrize("trusted", [True, False], ids=["own authority", "unknown authority"])
def test_asvs_12_3_4_the_mailbox_is_read_over_tls_that_is_verified(
    trusted: bool, store: SqlStore, tls_files: TlsFiles
) -> None:
    with dovecot(tls_files.server, tls_files.server) as imap:
        box = {
            "kind": "imap",
            "host": "localhost",
            "port": imap.tls_port,
            "username": USER,
            "password": PASSWORD,
        }
        bundle = {"ca_bundle": str(tls_files.authority)} if trusted else {}
        settings = Settings.model_validate({"mailbox": box, "service": bundle})
        checks: Sequence[Check] = mailbox_parts(settings, store, at_noon, nobody).checks[0].check()
    assert checks[0].ok is trusted
    if not trusted:
        assert "certificate" in checks[0].detail


def test_asvs_12_3_1_passwords_and_tokens_cross_no_network_in_clear(store: SqlStore) -> None:
    for section, keys in {
        "webex": {"base_url": "http://webex.example/"},
        "graph": {"base_url": "http://graph.example/"},
        "caldav": {"enabled": True, "url": "http://dav.example/"},
        "service": {"base_url": "http://events.example/"},
    }.items():
        with pytest.raises(ValueError, match="must be https"):
            Settings.model_validate({section: keys})
    clear = {"host": "mail.example", "security": "none", "auth": "login", "username": "u", "password": "p"}
    with pytest.raises(SettingsError, match="clear"):
        outgoing_post(Settings.model_validate({"mail": clear}), at_noon, nobody, store, lambda: 0.5)
    box = {"kind": "imap", "host": "mail.example", "security": "none", "username": "u", "password": "p"}
    with pytest.raises(SettingsError, match="clear"):
        mailbox_parts(Settings.model_validate({"mailbox": box}), store, at_noon, nobody)


def test_the_sign_in_service_is_reached_by_https_only() -> None:
    with pytest.raises(ValueError, match="must be https"):
        Settings.model_validate({"graph": {"authority": "http://login.example/"}})


def test_an_address_holds_no_password_of_its_own() -> None:
    with pytest.raises(ValueError, match="keys of their own") as caught:
        Settings.model_validate({"caldav": {"url": "https://u:canary@dav.example/"}})
    assert "holds no user name" in str(caught.value)


def test_no_code_turns_the_verification_off_or_makes_a_transport_without_the_own_authorities() -> None:
    """ASVS 12.3.2, and a guard for the next adapter."""
    for path in SRC.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "CERT_NONE" not in text, path
        assert "_create_unverified_context" not in text, path
        assert not re.search(r"verify\s*=\s*False|check_hostname\s*=\s*False", text), path
        if path.parent.name == "wiring" and "Transport(" in text:
            made = len(re.findall(r"(?<!def )(?<![\w.])(?:Transport|SmtpMailer|ImapMailbox)\(", text))
            assert text.count("ca_bundle=settings.service.ca_bundle") == made, path


# --- pages -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data/",
        "https://[fd00::1]/", "https://[::ffff:10.0.0.1]/", "https://2130706433/", "https://0x7f.1/", "https://0/",
        "http://example.org/", "file:///etc/passwd", "ftp://example.org/", "https://u:p@example.org/",
    ],
)  # fmt: skip
def test_asvs_1_3_6_an_event_page_comes_from_no_private_place_also_not_after_a_redirect(
    target: str, tls_files: TlsFiles
) -> None:
    with pytest.raises(InputError):
        web_pages(str(tls_files.authority)).fetch(target)
    redirect = answering(b"", "302 Found", f"Location: {target}")
    with BadServer(over_tls(tls_files, redirect)) as server:
        # The first hop alone is let through, as if it were public.
        first = HttpsPages(
            sleep=lambda seconds: None,
            resolve=lambda host, port: (
                ["127.0.0.1"] if (host, port) == ("localhost", server.port) else [host]
            ),
            allows=lambda address: address == "127.0.0.1" and server.connections <= 1,
            ca_bundle=str(tls_files.authority),
        )
        with pytest.raises(InputError):
            first.fetch(f"https://localhost:{server.port}/")
        assert server.connections == 1


def test_asvs_12_3_4_a_page_of_the_house_with_a_certificate_of_the_house_is_believed(
    tls_files: TlsFiles, tmp_path: Path
) -> None:
    """The own authority reaches the fetching of pages too; the address is still refused because it is private."""
    with pytest.raises(InputError, match="private network"):
        web_pages(str(tls_files.authority)).fetch("https://localhost/")


# --- the file itself ---------------------------------------------------------------------------------------------------


def test_the_file_of_authorities_is_looked_at_when_the_settings_are_read(
    tls_files: TlsFiles, tmp_path: Path
) -> None:
    def settings(path: Path) -> Settings:
        return Settings.model_validate({"service": {"ca_bundle": str(path)}})

    assert settings(tls_files.authority).service.ca_bundle == str(tls_files.authority)
    for content in ("", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        broken = tmp_path / "broken.pem"
        broken.write_text(content)
        with pytest.raises(ValueError, match="no PEM file of certificates"):
            settings(broken)
    with pytest.raises(ValueError, match="No such file"):
        settings(tmp_path / "absent.pem")
    open_to_all = tmp_path / "open.pem"
    open_to_all.write_text(tls_files.authority.read_text())
    open_to_all.chmod(0o666)
    with pytest.raises(ValueError, match="chmod o-w"):
        settings(open_to_all)
