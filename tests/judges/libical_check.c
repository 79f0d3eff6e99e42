/* Reads one calendar object from standard input and prints what libical makes of it, one fact on a line.

   Exit 0: well formed, and allowed for its METHOD by the tables of RFC 5546 (icalrestriction_check).
   Exit 1: not so; every complaint is on a line of its own beginning with "error ".
   A start or end that a reader cannot place in UTC is a complaint too. */

#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_all(void)
{
    size_t size = 0, room = 1 << 16;
    char *text = malloc(room);
    size_t got;
    while (text && (got = fread(text + size, 1, room - size - 1, stdin)) > 0) {
        size += got;
        if (size + 1 >= room)
            text = realloc(text, room *= 2);
    }
    if (text)
        text[size] = '\0';
    return text;
}

static int complain(icalcomponent *component)
{
    int found = 0;
    icalproperty *property = icalcomponent_get_first_property(component, ICAL_XLICERROR_PROPERTY);
    for (; property; property = icalcomponent_get_next_property(component, ICAL_XLICERROR_PROPERTY)) {
        printf("error %s\n", icalproperty_get_xlicerror(property));
        found = 1;
    }
    icalcomponent *child = icalcomponent_get_first_component(component, ICAL_ANY_COMPONENT);
    for (; child; child = icalcomponent_get_next_component(component, ICAL_ANY_COMPONENT))
        found |= complain(child);
    return found;
}

static int tell_time(icalcomponent *calendar, icalcomponent *event, icalproperty_kind kind, const char *name)
{
    icalproperty *property = icalcomponent_get_first_property(event, kind);
    if (!property) {
        printf("error %s is missing\n", name);
        return 1;
    }
    icaltimetype when = kind == ICAL_DTSTART_PROPERTY ? icalproperty_get_dtstart(property)
                                                      : icalproperty_get_dtend(property);
    icalparameter *zone = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
    if (zone) {
        /* From the object itself: an undefined TZID must not be helped out by the system's own zones. */
        icaltimezone *own = icalcomponent_get_timezone(calendar, icalparameter_get_tzid(zone));
        if (!own) {
            printf("error %s names a zone that the object does not define\n", name);
            return 1;
        }
        when.zone = own;
    } else if (!icaltime_is_utc(when)) {
        printf("error %s is floating\n", name);
        return 1;
    }
    when = icaltime_convert_to_zone(when, icaltimezone_get_utc_timezone());
    printf("%s %s\n", name, icaltime_as_ical_string(when));
    return 0;
}

int main(void)
{
    char *text = read_all();
    icalcomponent *calendar = text ? icalparser_parse_string(text) : NULL;
    if (!calendar || icalcomponent_isa(calendar) != ICAL_VCALENDAR_COMPONENT) {
        puts("error not a calendar object");
        return 1;
    }
    int wrong = complain(calendar);
    icalrestriction_check(calendar);
    wrong |= complain(calendar);
    printf("method %s\n", icalproperty_method_to_string(icalcomponent_get_method(calendar)));
    icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
    for (; event; event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
        icalproperty *attendee = icalcomponent_get_first_property(event, ICAL_ATTENDEE_PROPERTY);
        icalproperty *sequence = icalcomponent_get_first_property(event, ICAL_SEQUENCE_PROPERTY);
        printf("uid %s\n", icalcomponent_get_uid(event) ? icalcomponent_get_uid(event) : "");
        if (sequence)
            printf("sequence %d\n", icalproperty_get_sequence(sequence));
        if (attendee)
            printf("attendee %s\n", icalproperty_get_attendee(attendee));
        wrong |= tell_time(calendar, event, ICAL_DTSTART_PROPERTY, "start");
        wrong |= tell_time(calendar, event, ICAL_DTEND_PROPERTY, "end");
    }
    return wrong;
}
