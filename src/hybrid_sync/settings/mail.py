"""What can be set about mail, its answers, and calendars that are published."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from hybrid_sync.settings.values import Duration, Section, web_address


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
    reminders: tuple[Duration, ...] = (timedelta(hours=24), timedelta(hours=1))
    follow_up: bool = False
    follow_up_after: Duration = timedelta(hours=24)

    @model_validator(mode="after")
    def _signs_in_as_it_says(self) -> Self:
        if self.transport == "graph":
            if self.auth != "none" or self.username or self.password:
                raise ValueError(
                    'transport = "graph" signs in as the app registration of [graph]: auth, username and password '
                    "belong to SMTP and must go"
                )
            return self
        if self.auth == "login" and not (self.username and self.password):
            raise ValueError('auth = "login" needs username and password')
        if self.auth == "none" and self.username:
            raise ValueError('username is there, but auth = "none": write auth = "login"')
        if self.auth == "xoauth2" and self.password:
            raise ValueError(
                'auth = "xoauth2" signs in with a token of the app registration of [graph]: password must go'
            )
        return self


class Mailbox(Section):
    """Where answers and bounces are read. "off" reads nothing."""

    kind: Literal["off", "imap", "graph"] = "off"
    host: str = "localhost"
    port: int = Field(default=993, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "tls"
    auth: Literal["login", "xoauth2"] = "login"
    username: str | None = None
    password: SecretStr | None = None
    folder: str = "INBOX"
    look_every: Duration = timedelta(minutes=5)


class Caldav(Section):
    """A collection that public events are published to."""

    enabled: bool = False
    url: str | None = None
    username: str | None = None
    password: SecretStr | None = None

    @field_validator("url")
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        return web_address(value, slash=True)

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if self.enabled and not self.url:
            raise ValueError("enabled needs url, the address of the calendar collection")
        return self
