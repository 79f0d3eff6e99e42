"""What people and machines open in a browser: the join page, and whether the service lives (design.md 6, 7)."""
