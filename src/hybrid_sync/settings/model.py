"""What can be set, section by section (design.md 6). Frozen values; an unknown key is an error."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from hybrid_sync.domain.localtime import zone
from hybrid_sync.errors import InputError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(value: object) -> object:
    """ "20m", "2h", "24h", "7d" as a timedelta; other values are left to the model to judge."""
    if isinstance(value, str):
        match = re.fullmatch(r"\s*(\d+)\s*([smhd])\s*", value)
        if match is None:
            raise ValueError(f"'{value}' is not a duration; write it like 20m, 2h or 7d")
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    return value


Duration = Annotated[timedelta, BeforeValidator(duration)]


class Section(BaseModel):
    """A section of the file. Frozen; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _url(value: str | None, *, slash: bool) -> str | None:
    """An https address, or plain http on this machine (the sandbox). Base addresses of APIs end in a slash."""
    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"'{value}' is not a web address")
    if parts.scheme == "http" and not is_loopback(value):
        raise ValueError(f"'{value}' must be https (plain http is for this machine only)")
    return value.rstrip("/") + "/" if slash else value.rstrip("/")


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine, as the sandbox's are."""
    return (urlsplit(url).hostname or "") in ("127.0.0.1", "localhost", "::1")


class Service(Section):
    name: str = "hybrid-sync"
    base_url: str | None = None
    time_zone: str = "Europe/Brussels"
    languages: tuple[str, ...] = ("en", "fr")
    contact: str | None = None

    @field_validator("base_url")
    @classmethod
    def _base_url(cls, value: str | None) -> str | None:
        return _url(value, slash=False)

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
    host_email: str | None = None
    site_url: str | None = None
    kind: Literal["meeting", "webinar"] = "meeting"
    join_links: Literal["redirect", "shared", "webex-mail"] = "redirect"
    requests_per_minute: int = Field(default=280, ge=1)

    @field_validator("base_url")
    @classmethod
    def _base_url(cls, value: str) -> str | None:
        return _url(value, slash=True)


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

    @field_validator("base_url")
    @classmethod
    def _base_url(cls, value: str) -> str | None:
        return _url(value, slash=True)


class Mail(Section):
    transport: Literal["smtp", "graph"] = "smtp"
    host: str = "localhost"
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    auth: Literal["none", "login", "xoauth2"] = "none"
    from_address: str = "events@example.org"
    from_name: str | None = None
    messages_per_minute: int = Field(default=25, ge=1)


class Web(Section):
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    secret: SecretStr | None = None


class AttendanceSettings(Section):
    margin_minutes: int = Field(default=10, ge=0, le=120)
    pull_after: tuple[Duration, ...] = (
        timedelta(minutes=20),
        timedelta(hours=2),
        timedelta(hours=24),
        timedelta(days=7),
    )
    present_minutes: int = Field(default=1, ge=1)


class Retention(Section):
    registrant_days: int = Field(default=180, ge=1)
    attendance_days: int = Field(default=365, ge=1)
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
    web: Web = Web()
    attendance: AttendanceSettings = AttendanceSettings()
    retention: Retention = Retention()

    @property
    def is_rehearsal(self) -> bool:
        """Every provider is on this machine, so that time may be played with."""
        providers = [self.webex.base_url] + ([self.graph.base_url] if self.graph.enabled else [])
        return all(is_loopback(url) for url in providers) and self.mail.host in (
            "127.0.0.1",
            "localhost",
            "::1",
        )
