"""What can be set, section by section (design.md 6). Frozen values; an unknown key is an error."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from hybrid_sync.domain.localtime import zone
from hybrid_sync.domain.people import is_email_address
from hybrid_sync.errors import InputError
from hybrid_sync.settings.mail import Caldav, Mail, Mailbox
from hybrid_sync.settings.values import (
    FEWEST_SECRET_CHARACTERS,
    Duration,
    Section,
    certificate_file,
    is_loopback,
    long_enough,
    network,
    web_address,
)


class Service(Section):
    name: str = "hybrid-sync"
    base_url: str | None = None
    time_zone: str = "Europe/Brussels"
    languages: tuple[str, ...] = ("en", "fr")
    contact: str | None = None
    log_format: Literal["text", "json"] = "text"
    ca_bundle: str | None = None

    @field_validator("ca_bundle")
    @classmethod
    def _ca_bundle(cls, value: str | None) -> str | None:
        return certificate_file(value)

    @property
    def language(self) -> str:
        """What is written in where nobody's own language is known: the first one."""
        return next(iter(self.languages), "en")

    @field_validator("base_url")
    @classmethod
    def _base_url(cls, value: str | None) -> str | None:
        return web_address(value, slash=False)

    @field_validator("time_zone")
    @classmethod
    def _time_zone(cls, value: str) -> str:
        try:
            zone(value)
        except InputError as error:
            raise ValueError(str(error)) from error
        return value


class StoreSettings(Section):
    url: str = "sqlite:///var/hybrid-sync.db"
    secret: SecretStr | None = Field(default=None, min_length=FEWEST_SECRET_CHARACTERS)
    old_secrets: tuple[SecretStr, ...] = ()

    @field_validator("old_secrets")
    @classmethod
    def _old_secrets(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        return long_enough(value)


class Engine(Section):
    kind: Literal["embedded", "procrastinate"] = "embedded"
    poll_seconds: float = Field(default=5, gt=0, le=300)
    concurrency: int = Field(default=4, ge=1, le=64)
    lease_seconds: float = Field(default=180, ge=5)
    settle_seconds: float = Field(default=60, ge=0)
    look_again: Duration = timedelta(minutes=15)


class Webex(Section):
    base_url: str = "https://webexapis.com/v1/"
    access_token: SecretStr | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None
    redirect_uri: str = "http://127.0.0.1:8765/callback"
    host_email: str | None = None
    site_url: str | None = None
    kind: Literal["meeting", "webinar"] = "meeting"
    join_links: Literal["redirect", "shared", "webex-mail"] = "redirect"
    auto_accept: bool = True
    batch_size: int = Field(default=40, ge=30, le=50)
    direct_registrants: Literal["report", "pull", "ignore"] = "report"
    requests_per_minute: int = Field(default=280, ge=1)
    webhooks_of: Literal["account", "organisation"] = "account"
    lobby: Literal["allowJoinWithLobby", "allowJoin", "blockFromJoin"] = "allowJoinWithLobby"
    chat: bool = True
    recording: bool = False
    password: Literal["generated"] | Annotated[int, Field(ge=8, le=32)] = "generated"
    interpretation: bool = False
    cohosts: tuple[str, ...] = ()
    webinar_registration: bool = True
    join_before_host: bool = False
    deleted_meeting: Literal["ask", "recreate"] = "ask"
    edited_meeting: Literal["repair", "ask"] = "repair"

    @field_validator("base_url")
    @classmethod
    def _base_url(cls, value: str) -> str | None:
        return web_address(value, slash=True)

    @field_validator("password", mode="before")
    @classmethod
    def _password(cls, value: object) -> object:
        if isinstance(value, str) and re.fullmatch(r"\d+", value):
            value = int(value)
        if value == "generated" or (type(value) is int and 8 <= value <= 32):
            return value
        raise ValueError(
            'write "generated" (Webex makes one) or a length from 8 to 32; one password for all meetings would let '
            "everybody who ever came into every other one"
        )

    @field_validator("cohosts")
    @classmethod
    def _cohosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if all(is_email_address(address) for address in value):
            return value
        raise ValueError("every co-host is named by an e-mail address")

    @property
    def has_registration(self) -> bool:
        return self.kind == "meeting" or self.webinar_registration

    @model_validator(mode="after")
    def _keeps_registrations(self) -> Self:
        if self.join_before_host and self.has_registration:
            raise ValueError(
                "join_before_host cannot be true while people register: Webex ends registration and forgets everybody "
                "who registered as soon as people may come in before the host. Leave it false, or use "
                'kind = "webinar" with webinar_registration = false'
            )
        return self


class Graph(Section):
    enabled: bool = False
    base_url: str = "https://graph.microsoft.com/v1.0/"
    authority: str = "https://login.microsoftonline.com/"
    tenant_id: str | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    certificate: SecretStr | None = None
    access_token: SecretStr | None = None
    mailbox: str | None = None
    room_mailbox: str | None = None
    attendees: tuple[str, ...] = ()
    speakers: bool = False
    edited_entry: Literal["repair", "ask"] = "repair"

    @field_validator("base_url", "authority")
    @classmethod
    def _addresses(cls, value: str) -> str | None:
        return web_address(value, slash=True)


class Web(Section):
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    secret: SecretStr | None = None
    old_secrets: tuple[SecretStr, ...] = ()
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    requests_per_minute: int = Field(default=3000, ge=60)
    metrics: Literal["local", "all", "off"] = "local"
    feeds: bool = True
    keep_cancelled: Duration = timedelta(days=28)

    @field_validator("trusted_proxies")
    @classmethod
    def _trusted_proxies(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(network(one) for one in value)

    @field_validator("old_secrets")
    @classmethod
    def _old_secrets(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        return long_enough(value)


class AttendanceSettings(Section):
    margin_minutes: int = Field(default=10, ge=0, le=120)
    pull_after: tuple[Duration, ...] = (
        timedelta(minutes=20),
        timedelta(hours=2),
        timedelta(hours=24),
        timedelta(days=7),
    )
    present_minutes: int = Field(default=1, ge=1)
    plus_addresses: Literal["same", "different"] = "different"
    room_systems: tuple[str, ...] = ()
    check_report: bool = True
    certificates: bool = False
    certificate_minutes: int | None = Field(default=None, ge=1)


class Retention(Section):
    registrant_days: int = Field(default=180, ge=1)
    attendance_days: int = Field(default=365, ge=1)
    speaker_days: int | None = Field(default=None, ge=1)
    log_days: int = Field(default=180, ge=1)


class Settings(BaseSettings):
    """Everything that can be set. Built by `load`."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="HYBRID_SYNC_", env_nested_delimiter="__"
    )

    service: Service = Service()
    store: StoreSettings = StoreSettings()
    engine: Engine = Engine()
    webex: Webex = Webex()
    graph: Graph = Graph()
    mail: Mail = Mail()
    mailbox: Mailbox = Mailbox()
    caldav: Caldav = Caldav()
    web: Web = Web()
    attendance: AttendanceSettings = AttendanceSettings()
    retention: Retention = Retention()

    @model_validator(mode="after")
    def _queue_needs_postgresql(self) -> Self:
        if self.engine.kind == "procrastinate" and not self.store.url.startswith("postgres"):
            raise ValueError(
                '[engine] kind = "procrastinate" needs a PostgreSQL database in [store] url; on SQLite the engine is '
                '"embedded"'
            )
        return self

    @property
    def is_rehearsal(self) -> bool:
        """Every provider is on this machine, so that time may be played with."""
        by_graph = self.graph.enabled or "graph" in (self.mail.transport, self.mailbox.kind)
        urls = [self.webex.base_url] + ([self.graph.base_url] if by_graph else [])
        if self.caldav.enabled and self.caldav.url:
            urls.append(self.caldav.url)
        hosts = [self.mail.host] if self.mail.transport == "smtp" else []
        if self.mailbox.kind == "imap":
            hosts.append(self.mailbox.host)
        return all(is_loopback(url) for url in urls) and set(hosts) <= {"127.0.0.1", "localhost", "::1"}
