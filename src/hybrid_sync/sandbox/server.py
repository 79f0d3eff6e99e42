"""The sandbox as one thing: Webex, Graph and SMTP on loopback ports, started and stopped together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from . import happen
from .clock import Clock
from .faults import Faults
from .http import HttpServer
from .options import SandboxOptions
from .picture import mail_counts
from .records import Call, InboxMessage, ReceivedMail, WebhookDelivery
from .runs import Instance, Participant
from .seed import fill
from .smtp import HOST, SmtpServer
from .state import Meeting, State
from .webex.courier import Courier
from .world import World


class Sandbox:
    """A strict local Webex, Graph and SMTP. `with Sandbox() as sandbox:` starts and stops it."""

    def __init__(self, port: int = 0, smtp_port: int = 0, options: SandboxOptions | None = None) -> None:
        self.options = options or SandboxOptions()
        self._world = World(self.options)
        fill(self._world)
        self._http = HttpServer(self._world, port)
        self._smtp = SmtpServer(self._world, smtp_port)
        self._courier = Courier(self._world)

    def start(self) -> Self:
        """Listen on both ports; afterwards the addresses are known."""
        self._http.start()
        try:
            self._smtp.start()
        except OSError:
            self._http.stop()
            raise
        self._courier.start()
        return self

    def stop(self) -> None:
        """Stop listening and end all connections."""
        self._courier.stop()
        self._http.stop()
        self._smtp.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # --- where it is and how it is entered --------------------------------------------------------------------

    @property
    def url(self) -> str:
        """For example http://127.0.0.1:8081."""
        return self._world.url

    @property
    def webex_url(self) -> str:
        """The base address of the Webex paths, with its slash."""
        return f"{self.url}/v1/"

    @property
    def graph_url(self) -> str:
        """The base address of the Graph paths, with its slash."""
        return f"{self.url}/graph/v1.0/"

    @property
    def authority_url(self) -> str:
        """The base address of Microsoft's sign-in service, with its slash."""
        return f"{self.url}/entra/"

    @property
    def smtp_host(self) -> str:
        """Loopback."""
        return HOST

    @property
    def smtp_port(self) -> int:
        """The port of the SMTP server."""
        return self._smtp.port

    @property
    def webex_token(self) -> str:
        """The fixed bearer token for the Webex paths."""
        return self.options.webex_token

    @property
    def graph_token(self) -> str:
        """The fixed bearer token for the Graph paths."""
        return self.options.graph_token

    @property
    def host_email(self) -> str:
        """The user behind the Webex token."""
        return self.options.host_email

    @property
    def site_url(self) -> str:
        """The Webex site."""
        return self.options.site_url

    @property
    def mailbox(self) -> str:
        """The mailbox for calendar entries."""
        return self.options.mailboxes[0]

    @property
    def room_mailbox(self) -> str:
        """The mailbox of a room."""
        return self.options.room_mailboxes[0]

    # --- what it holds ----------------------------------------------------------------------------------------

    @property
    def clock(self) -> Clock:
        """The sandbox's own time."""
        return self._world.clock

    @property
    def faults(self) -> Faults:
        """The fault rules."""
        return self._world.faults

    @property
    def state(self) -> State:
        """Everything it holds."""
        return self._world.state

    @property
    def calls(self) -> list[Call]:
        """Every call so far, in order."""
        with self.state.lock:
            return list(self.state.calls)

    def writes(self) -> list[Call]:
        """The calls that were meant to change something outside."""
        return [call for call in self.calls if call.writing]

    @property
    def inbox(self) -> list[InboxMessage]:
        """Every message that came in by SMTP or sendMail, in order."""
        with self.state.lock:
            return list(self.state.inbox)

    def receive(self, *contents: bytes) -> None:
        """Mails come in, now, to the Microsoft 365 mailbox: answers, bounces, anything."""
        with self.state.lock:
            for content in contents:
                number = len(self.state.received)
                # Graph tells whole seconds only.
                now = self.clock.now().replace(microsecond=0)
                self.state.received.append(ReceivedMail(f"AAMk{number:06}", self.mailbox, now, content))

    @property
    def deliveries(self) -> list[WebhookDelivery]:
        """Every webhook delivery so far, in order."""
        with self.state.lock:
            return list(self.state.deliveries)

    def deliver_webhooks(self) -> None:
        """Deliver now what is due; otherwise a thread does within a few milliseconds."""
        self._courier.run_once()

    def mail_counts(self) -> dict[str, int]:
        """Messages by kind, and what was sent more than once."""
        return mail_counts(self.inbox)

    def meeting(self, meeting_id: str) -> Meeting:
        """The meeting of that id or number."""
        with self.state.lock:
            for one in self.state.meetings.values():
                if meeting_id in (one.id, one.number):
                    return one
        raise KeyError(f"the sandbox holds no meeting {meeting_id}")

    def reset(self) -> None:
        """Forget everything: meetings, events, mails, calls, faults, and the set clock."""
        fill(self._world)

    # --- letting a meeting happen -----------------------------------------------------------------------------

    def happen(self, meeting_id: str, script: Iterable[Mapping[str, Any]]) -> list[Instance]:
        """Perform a script (see `happen.py`); the runs that it started."""
        with self.state.lock:
            return happen.play(self._world, self.meeting(meeting_id), script)

    def start_meeting(
        self, meeting_id: str, at: datetime | None = None, *, with_host: bool = True
    ) -> Instance:
        """A new run of the meeting begins, with its host."""
        with self.state.lock:
            return happen.start(
                self._world, self.meeting(meeting_id), at or self.clock.now(), with_host=with_host
            )

    def join(self, run: Instance, at: datetime | None = None, **who: Any) -> Participant:
        """Somebody comes in: email, name, device, guest, link, host, co_host, panelist, until."""
        with self.state.lock:
            meeting = self.meeting(run.id.split("_")[0])
            return happen.join(self._world, meeting, run, at or self.clock.now(), **who)

    def leave(self, run: Instance, at: datetime | None = None, **who: Any) -> None:
        """Somebody goes: email or name, device, lost."""
        with self.state.lock:
            happen.leave(run, at or self.clock.now(), **who)

    def end_meeting(self, run: Instance, at: datetime | None = None) -> None:
        """The run is over."""
        with self.state.lock:
            happen.end(run, at or self.clock.now())
