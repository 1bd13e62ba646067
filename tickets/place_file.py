"""What was learned of places, from its file."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from tickets.place_signs import SIGNS
from tickets.place_trust import PlaceTrust
from tickets.usual import Usual

FILE = Path(__file__).with_name("places.json")


@cache
def place_trust() -> PlaceTrust:
    """As it is shipped. KeyError when the file is older than SIGNS."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    return PlaceTrust(tuple(kept["weights"][sign] for sign in SIGNS), Usual(kept["single"], kept["pair"]))


def write_place_trust(trust: PlaceTrust) -> None:
    """Keep it."""
    weights = {sign: round(weight, 3) for sign, weight in zip(SIGNS, trust.weights, strict=True)}
    kept = {"weights": weights, "single": dict(trust.usual.single), "pair": dict(trust.usual.pair)}
    FILE.write_text(json.dumps(kept, ensure_ascii=False, sort_keys=True, indent=0) + "\n", encoding="utf-8")
