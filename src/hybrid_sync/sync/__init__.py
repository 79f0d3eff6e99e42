"""What moves: look at both sides, let the domain decide, act, write down. One event at a time, under its lease."""
