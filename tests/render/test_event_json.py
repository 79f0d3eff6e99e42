import json
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

from hybrid_sync.domain.events import EventWarning, Speaker
from hybrid_sync.render.event_json import event_json, registrant_json


def test_an_event_has_exactly_the_fields_of_the_design(make: SimpleNamespace) -> None:
    event = make.event(
        languages=("en", "fr"),
        organisers=("DG INTPA",),
        speakers=(Speaker("Aimée Comrie", "Director", "UNODC", "aimee@example.org"), Speaker("Ahmed")),
        moderators=(Speaker("Serge Maraite", organisation="European Commission"),),
        registration_url="https://example.eu/r",
        warnings=(EventWarning("zone_label_wrong_for_date", "the page says CET"),),
        description="Short.",
    )
    assert json.loads(json.dumps(event_json(event))) == {
        "id": "ev-1",
        "title": "Clean water, safe schools",
        "starts": "2027-06-09T10:00:00+02:00",
        "ends": "2027-06-09T11:30:00+02:00",
        "time_zone": "Europe/Brussels",
        "starts_utc": "2027-06-09T08:00:00Z",
        "ends_utc": "2027-06-09T09:30:00Z",
        "venue": "InfoPoint, Rue de la Loi 43",
        "city": "Brussels",
        "country": "Belgium",
        "onsite": True,
        "online": True,
        "languages": ["en", "fr"],
        "organisers": ["DG INTPA"],
        "description": "Short.",
        "speakers": [
            {"name": "Aimée Comrie", "role": "Director", "organisation": "UNODC"},
            {"name": "Ahmed", "role": None, "organisation": None},
        ],
        "moderators": [{"name": "Serge Maraite", "role": None, "organisation": "European Commission"}],
        "registration_url": "https://example.eu/r",
        "state": "published",
        "warnings": [{"code": "zone_label_wrong_for_date", "message": "the page says CET"}],
    }


def test_an_unknown_end_is_null(make: SimpleNamespace) -> None:
    told = event_json(replace(make.event(), ends=None))
    assert (told["ends"], told["ends_utc"]) == (None, None)


def test_a_registrant_carries_the_join_link_only_when_it_is_given(make: SimpleNamespace) -> None:
    person = make.person(registered_at=datetime(2027, 5, 1, 8, tzinfo=UTC))
    assert registrant_json(person) == {
        "id": "r-1",
        "event_id": "ev-1",
        "email": "zoe@example.org",
        "name": "Zoë Müller",
        "first_name": "Zoë",
        "last_name": "Müller",
        "organisation": "Enabel",
        "language": "en",
        "mode": "online",
        "status": "approved",
        "registered_at": "2027-05-01T08:00:00Z",
    }
    assert registrant_json(person, make.link) == registrant_json(person) | {"join_link": make.link}
