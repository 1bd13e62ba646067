"""JSON Schemas of a city's files, for editors that check while one types. `python -m city.schemas` writes them anew."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import DictSchema

from city.accepted import AcceptedFile
from city.admission import Admission
from city.calendar import CalendarFile
from city.categories import CategoriesFile
from city.city import CityFile
from city.deadlines import DeadlinesFile
from city.dialling import Dialling
from city.flows import Flow
from city.hotline import HotlinesFile
from city.hours import HoursFile
from city.level import LevelsFile
from city.menu_nodes import MenuFile
from city.places import PlacesFile
from city.prompts import PromptsFile
from city.queue import QueuesFile
from city.rating import RatingsFile
from city.recorded import RecordedFile
from city.retention import RetentionFile
from city.seats import SeatsFile
from city.trunks import TrunksFile
from city.urgency import HighRiskFile, UrgencyFile
from city.webhooks import WebhooksFile
from city.words import WordsFile

PUBLISHED = Path(__file__).parent.parent / "docs" / "schemas"

SHAPES: dict[str, type[BaseModel]] = {
    "accepted": AcceptedFile,
    "admission": Admission,
    "calendar": CalendarFile,
    "categories": CategoriesFile,
    "city": CityFile,
    "deadlines": DeadlinesFile,
    "dialling": Dialling,
    "high_risk": HighRiskFile,
    "flow": Flow,
    "hotlines": HotlinesFile,
    "hours": HoursFile,
    "levels": LevelsFile,
    "menu": MenuFile,
    "places": PlacesFile,
    "prompts": PromptsFile,
    "queues": QueuesFile,
    "ratings": RatingsFile,
    "recorded": RecordedFile,
    "retention": RetentionFile,
    "seats": SeatsFile,
    "trunks": TrunksFile,
    "urgency": UrgencyFile,
    "words": WordsFile,
    "webhooks": WebhooksFile,
}


class ClosedTables(GenerateJsonSchema):
    """As pydantic writes it, but a table whose keys have a pattern takes no other keys: so the loader has it too."""

    def dict_schema(self, schema: DictSchema) -> JsonSchemaValue:
        """The schema of a mapping."""
        written = super().dict_schema(schema)
        return {**written, "additionalProperties": False} if "patternProperties" in written else written


def schema_text(name: str) -> str:
    """The schema of one kind of file, as it is published."""
    shape = SHAPES[name].model_json_schema(schema_generator=ClosedTables)
    return json.dumps({"$schema": ClosedTables.schema_dialect, **shape}, ensure_ascii=False, indent=2) + "\n"


def write_schemas(folder: Path = PUBLISHED) -> None:
    """Write every schema into `folder`, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SHAPES:
        (folder / f"{name}.json").write_text(schema_text(name), encoding="utf-8")


if __name__ == "__main__":
    write_schemas(*(Path(argument) for argument in sys.argv[1:2]))
