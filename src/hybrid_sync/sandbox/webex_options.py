"""What may be chosen about Webex: the caller, limits, meetings, registration, attendance, webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class WebexOptions:
    """Part of SandboxOptions."""

    # --- Webex: who is calling -------------------------------------------------------------------------------
    webex_token: str = "sandbox-webex-token"
    """The fixed bearer token that the Webex paths accept."""
    webex_client_id: str = "sandbox-client"
    """The OAuth client that owns the fixed token; integration tags are visible to their own client only."""
    webex_client_secret: str = "sandbox-client-secret"
    """The secret that POST /access_token asks for together with the client id."""
    webex_refresh_token: str = "sandbox-refresh-token"
    """The refresh token that works from the start."""
    webex_authorization_code: str = "sandbox-authorization-code"
    """The code that the authorization_code grant takes, once."""
    webex_redirect_uris: tuple[str, ...] = ("http://127.0.0.1:8765/callback",)
    """The addresses that the integration has registered: a browser is sent back to no other."""
    authorize_denied: bool = False
    """Whether the person at the browser says no."""
    webex_scopes: tuple[str, ...] | None = None
    """The scopes that were granted, to the fixed token too; None means all that its kind can have."""
    token_tells_scope: bool = True
    """Whether the token answer names the scopes that were granted."""
    unlicensed: tuple[str, ...] = ()
    """Users of the site who may attend but not host; people/me says "site#attendee" of them."""
    rotate_refresh_token: bool = False
    """Whether each refresh hands out a new refresh token and ends the old one."""
    fixed_token_days: float | None = None
    """After how many days the fixed token expires (the real one: 14); None means never."""
    token_kind: Literal["user", "admin", "service_app"] = "user"
    """A user acts for himself only; an admin may name a host; a Service App must name one."""
    host_email: str = "host@hybrid.example"
    """The user behind the token."""
    host_name: str = "Hybrid Events"
    """The display name of that user."""
    other_hosts: tuple[str, ...] = ("host2@hybrid.example",)
    """Further licensed users of the site, whom an admin token may act for."""
    site_url: str = "hybrid.webex.localhost"
    """The Webex site on which everything happens."""

    # --- Webex: limits ---------------------------------------------------------------------------------------
    requests_per_minute: int | None = None
    """Calls per minute and token before 429 is answered (the real figure is about 300); None switches it off."""
    meetings_per_day: int = 100
    """Meetings that may be asked for in 24 hours; refused requests count too."""
    quota_status: int = 403
    """What is answered beyond that quota: not documented."""
    bulk_insert_limit: int = 50
    """Registrants that one bulkInsert takes: not documented; the retired XML interface refused more than 50."""
    status_batch_limit: int = 100
    """Registrant ids that one approve, reject, cancel or bulkDelete takes: not documented."""
    series_kept_days: int = 180
    """Days after the scheduled end when Webex deletes a series by itself."""

    # --- Webex: meetings -------------------------------------------------------------------------------------
    list_lag_reads: int = 0
    """How many list calls do not show a new meeting yet: the delay is not documented."""
    list_lag_seconds: float = 0
    """For how many seconds list calls do not show a new meeting yet."""
    instance_lag_minutes: float = 15
    """Minutes until a started or an ended instance can be seen in lists and by id."""
    instance_window: Literal["start", "overlap"] = "start"
    """Whether from/to select instances by their start or by overlap: not documented."""
    patch_content_types: tuple[str, ...] = ("application/json", "application/json-patch+json")
    """Media types that PATCH takes; any other is answered with 415."""
    patch_after_start: bool = True
    """Whether a PATCH without start and end is accepted after the scheduled start: not documented."""
    delete_while_running: bool = False
    """Whether a meeting can be deleted while an instance runs: not documented."""
    write_answers_in: Literal["meeting", "utc"] = "meeting"
    """The zone of the times in answers to POST, PATCH and PUT: the examples show the meeting's own."""
    converged_site: bool = False
    """Whether the site ignores some attributes and says so in a Warning header with code 1001."""
    webinar_needs_session_type: bool = False
    """Whether a webinar without sessionTypeId is refused: documented so, yet SDK tests omit it."""
    webinar_licence: bool = True
    """Whether the hosts of the site have a session type for webinars."""
    converged_also_ignores: tuple[str, ...] = ()
    """Further attributes that a converged site ignores: the documented list is by example."""
    update_refused: str = ""
    """Words with which every change of a meeting is refused, as of one made through a calendar connector."""
    source_twice: Literal["refuse", "return"] = "refuse"
    """Whether an invitation source that is there already is refused, or answered once more: not documented."""
    sources_per_call: int = 100
    """Invitation sources that one call takes: not documented."""
    refuse_reminder_in_past: bool = True
    """Whether a reminderTime that already lies in the past is refused."""
    reschedule_changes_links: bool = False
    """Whether moving a meeting changes webLink, registerLink and password: not documented."""
    reschedule_drops_registrants: bool = False
    """Whether moving a meeting loses the registrants: not documented."""
    meeting_mails_reach_registrants: bool = True
    """Whether the mails about a moved or cancelled meeting go to registrants too: not documented."""
    empty_pages: bool = False
    """Whether an empty page with a next link stands between two pages: allowed by the paging rules."""

    # --- Webex: registration ---------------------------------------------------------------------------------
    decouple_join_before_host: bool = False
    """The site switch DecoupleJBHWithRegistration: join-before-host and registration live together."""
    recurrence_wipes_registrants: bool = True
    """Whether making a meeting recurring ends registration too: the help article's versions differ."""
    delete_registration_wipes: bool = True
    """Whether DELETE registration loses the registrants: not documented."""
    register_after_start: bool = True
    """Whether people can still register between start and end: not documented."""
    registrants_after_end: bool = True
    """Whether registrants can still be read and removed after the end: not documented."""
    full_status: int = 400
    """What a full meeting answers (maxRegisterNum reached): not documented."""
    bulk_duplicate_inserts_others: bool = False
    """Whether the others of a batch go in although one duplicate made it a 409: not documented."""
    bulk_refuses: Literal["whole", "items"] = "whole"
    """Whether somebody whom bulkInsert does not take refuses the whole call, or is named in a 200: not documented."""
    bulk_answer_reversed: bool = False
    """Whether bulkInsert answers in another order than it was asked: no order is promised."""
    cancel_means: Literal["pending", "removed"] = "pending"
    """What cancelling a registrant does: an older text says pending again, the present one is silent."""
    reregister_rejected: bool = False
    """Whether a rejected person can register again: not documented."""
    reregister_deleted: bool = True
    """Whether a deleted person can register again: not documented."""
    approve_rejected: bool = False
    """Whether somebody who was rejected can be approved afterwards: not documented."""
    registrant_lag_reads: int = 0
    """How many lists and queries of a meeting do not show a new registrant yet: the delay is not documented."""
    delete_registrant_mails: bool = True
    """Whether DELETE of one registrant, which has no sendEmail, mails that person."""
    email_case_sensitive: bool = False
    """Whether Ann@x and ann@x are two registrants: not documented."""
    registration_ids: bool = False
    """Whether webinar registrants get a registration id that /meetings/join then demands."""
    registrants_link: bool = True
    """Whether registrant lists carry a Link header; without it they end silently after one page."""

    # --- Webex: joining and attendance -----------------------------------------------------------------------
    join_requires_registration: bool = True
    """Whether /meetings/join refuses an address that is not an approved registrant when registration is on."""
    forced_sign_in: bool = False
    """Whether join links lead to a sign-in page, as reported after the platform migration."""
    link_join_email: Literal["given", "guest"] = "given"
    """Whether attendance shows the address given to /meetings/join or a made-up guest address."""
    rejoin: Literal["device", "row"] = "device"
    """Whether a second join of one person is a second device in one row or a second row: not documented."""
    unknown_time: Literal["missing", "1970"] = "missing"
    """How a time that is not known yet looks: left out, or the first second of 1970."""
    leave_times_known_after_minutes: float = 0
    """Minutes after the end of an instance until leave times are filled in."""
    participants_before_start: Literal["404", "empty"] = "404"
    """What the participants of a meeting that never ran look like: not documented."""
    participants_link: bool = True
    """Whether participant lists carry a Link header."""
    report_accepts_series: bool = False
    """Whether the attendee report takes a series id: the two texts about it contradict each other."""
    report_ready_hours: float = 24
    """Hours after the end until the attendee report is complete."""
    report_early: Literal["partial", "empty"] = "partial"
    """What the attendee report shows before that: some of the rows, or none."""
    report_rows: Literal["stay", "person"] = "stay"
    """Whether the attendee report has a row for each stay, or one for each person and run: not documented."""
    report_guest_email: Literal["made up", "empty"] = "made up"
    """What stands in the attendee report for the address of somebody who did not sign in: not documented."""
    breakout_stay: Literal["goes on", "interrupted"] = "goes on"
    """Whether somebody's stay goes on while in a breakout session, or ends and begins anew: not documented."""
    report_upper_case_types: bool = True
    """Whether participantType is upper case, as in the example, or lower case, as in the schema."""

    # --- Webex: webhooks -------------------------------------------------------------------------------------
    webhook_copies: int = 1
    """How often each delivery is made: whether it is at least once is not documented."""
    webhook_retries: int = 0
    """How often a failed delivery is tried again: not documented."""
    webhook_delay_seconds: float = 0
    """For how long news lies before it is delivered. How long the news is ahead of lists is instance_lag_minutes."""
    webhook_order: Literal["given", "reversed"] = "given"
    """Whether deliveries that are due together go out in order: not documented."""
    webhook_names_series: bool = False
    """Whether what is told of a run names its series: not documented."""
