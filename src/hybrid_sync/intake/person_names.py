"""How a written-out name is taken apart."""

from __future__ import annotations


def split_name(name: str) -> tuple[str, str]:
    """First and last name of a whole name; the last name is empty for people with one.

    | written                | first       | last          | known by
    | Dupont, Marie          | Marie       | Dupont        | the comma
    | DUPONT LEROY Marie     | Marie       | DUPONT LEROY  | capitals, as EU lists write family names
    | Marie-Claire DUPONT    | Marie-Claire| DUPONT        | capitals
    | Ludwig van Beethoven   | Ludwig      | van Beethoven | the first word
    """
    before, comma, after = name.partition(",")
    if comma and before.strip() and after.strip():
        return after.strip(), before.strip()
    words = name.replace(",", " ").split()
    capitals = [word for word in words if _is_capitals(word)]
    if capitals and len(capitals) < len(words):
        others = [word for word in words if not _is_capitals(word)]
        if words == capitals + others or words == others + capitals:
            return " ".join(others), " ".join(capitals)
    return (words[0], " ".join(words[1:])) if words else ("", "")


def _is_capitals(word: str) -> bool:
    letters = [letter for letter in word if letter.isalpha()]
    return len(letters) > 1 and all(letter.isupper() for letter in letters)
