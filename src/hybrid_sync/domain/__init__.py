"""What hybrid-sync decides. Pure: the standard library only, no clock, no input or output."""
