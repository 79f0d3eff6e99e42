"""The results as one SVG, drawn here: bars with their figures written beside them."""

from __future__ import annotations

from html import escape
from typing import Any

WIDE, ROW, LEFT, BAR = 960, 24, 330, 420
OURS, OTHER, INK, PALE = "#1f5fa8", "#c2701e", "#1c1c1c", "#5a5a5a"

Bar = tuple[str, float, str, str]
"""Label, length, words beside it, colour."""


def picture(results: dict[str, Any]) -> str:
    """Four small charts, those whose results are there."""
    rows = {name: found["rows"] for name, found in results.items()}
    charts: list[tuple[str, list[Bar]]] = []
    if "calls" in rows:
        last = rows["calls"][-1]
        charts.append(
            (
                f"Calls to Webex for {last['registrants']:,} registrants",
                [
                    ("least possible", last["least possible"], f"{last['least possible']:,}", PALE),
                    ("hybrid-sync", last["calls"], f"{last['calls']:,}", OURS),
                    ("one POST each", last["one POST each"], f"{last['one POST each']:,}", OTHER),
                ],
            )
        )
    timed = [row for name in ("published", "large") for row in rows.get(name, ()) if row["sum of latencies"]]
    if timed:
        bars = []
        for row in timed:
            share = row["seconds"] / row["registrants"] * 1000
            least = row["sum of latencies"] / row["registrants"] * 1000
            bars.append(
                (f"{row['registrants']:,} people: latencies alone", least, f"{least:.0f} ms each", PALE)
            )
            bars.append(("from publish to the last mail", share, f"{share:.0f} ms each", OURS))
        charts.append(("Time per invitation beside the sum of the outside latencies", bars))
    if "tick" in rows:
        bars = [
            (
                f"{row['database']}, {row['events stored']:,} events stored",
                row["ms"],
                f"{row['ms']:.1f} ms, {row['statements']} statements",
                OURS,
            )
            for row in rows["tick"]
        ]
        charts.append(("The store's share of a tick with 10 events due", bars))
    killed = [row for row in rows.get("plain script", ()) if row["killed"]]
    if killed:
        bars = [
            (
                f"{row['who']}: {what}",
                row[what],
                f"{row[what]} of {row['registrants']}",
                OURS if row["who"] == "hybrid-sync" else OTHER,
            )
            for row in killed
            for what in ("invited twice", "registered twice")
        ]
        charts.append(("Killed in the middle and started again", bars))
    return _svg(charts)


def _svg(charts: list[tuple[str, list[Bar]]]) -> str:
    body, y = [], 16
    for title, bars in charts:
        y += 24
        body.append(f'<text x="20" y="{y}" class="title">{escape(title)}</text>')
        y += 10
        longest = max((length for _, length, _, _ in bars), default=0) or 1
        for label, length, words, colour in bars:
            width = max(length / longest * BAR, 1 if length else 0)
            body.append(f'<text x="{LEFT - 10}" y="{y + 16}" text-anchor="end">{escape(label)}</text>')
            body.append(
                f'<rect x="{LEFT}" y="{y + 3}" width="{width:.1f}" height="{ROW - 7}" fill="{colour}"/>'
            )
            body.append(
                f'<text x="{LEFT + width + 8:.1f}" y="{y + 16}" class="figure">{escape(words)}</text>'
            )
            y += ROW
        y += 10
    told = "; ".join(
        f"{title}: " + ", ".join(f"{label} {words}" for label, _, words, _ in bars) for title, bars in charts
    )
    style = f"text{{font:13px sans-serif;fill:{INK}}}.title{{font-weight:bold;font-size:15px}}.figure{{fill:{INK}}}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {y + 10}" role="img" aria-labelledby="t d">'
        f'<title id="t">Benchmarks of hybrid-sync</title><desc id="d">{escape(told)}</desc>'
        f'<style>{style}</style><rect width="100%" height="100%" fill="#ffffff"/>{"".join(body)}</svg>\n'
    )
