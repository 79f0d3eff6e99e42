// Reads {id: calendar object} as JSON from standard input, prints {id: what ical.js makes of it}.
// One process for many objects. A time that is floating for ical.js (no VTIMEZONE of its own) comes out as null.
import ICAL from "ical.js";
import { text } from "node:stream/consumers";

function told(time) {
  if (time.zone === ICAL.Timezone.localTimezone) return null;
  return time.convertToZone(ICAL.Timezone.utcTimezone).toICALString();
}

function read(source) {
  const calendar = new ICAL.Component(ICAL.parse(source));
  // Only the zones that the object itself defines.
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  const events = calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return {
      uid: event.uid,
      sequence: event.sequence,
      start: told(event.startDate),
      end: told(event.endDate),
      attendees: event.attendees.map((attendee) => attendee.getFirstValue()),
      summary: event.summary,
      location: event.location,
      description: event.description,
    };
  });
  return { method: calendar.getFirstPropertyValue("method"), events };
}

const objects = JSON.parse(await text(process.stdin));
const answers = {};
for (const [id, source] of Object.entries(objects)) {
  try {
    answers[id] = read(source);
  } catch (error) {
    answers[id] = { error: String(error) };
  }
}
process.stdout.write(JSON.stringify(answers));
