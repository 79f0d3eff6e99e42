"""Foreign text becomes domain values here: event pages, records, lists of registrants.

Everything that comes in was written by somebody else, so nothing is believed: what cannot be read is refused
with file, line, field, cause and the way out. No network and no clock.
"""
