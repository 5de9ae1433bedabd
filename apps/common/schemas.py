"""What every shape of the JSON API has in common: camelCase names, and times in UTC with microseconds."""

from datetime import UTC, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, PlainSerializer, ValidationInfo, model_validator
from pydantic.alias_generators import to_camel

from apps.common.keyset import MAX_CURSOR_CHARACTERS
from apps.common.problem import Problem


def utc_text(moment: datetime) -> str:
    """The moment as the API writes it: ``2026-11-21T14:12:08.000123Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


UtcTime = Annotated[
    AwareDatetime,
    PlainSerializer(utc_text, return_type=str),
    Field(json_schema_extra={"type": "string", "format": "date-time"}),
]
CursorText = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_-]+$",
        max_length=MAX_CURSOR_CHARACTERS,
        description="The nextCursor of the page before, with the same filters.",
    ),
]


def storable(text: str) -> str:
    """The text, if PostgreSQL can hold it: JSON can say halves of characters and the zero that ends a C string."""
    if any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("There are characters in it that no text can hold.")
    return text


StorableText = Annotated[str, AfterValidator(storable)]


class ApiSchema(Schema):
    """A shape of the API: written in snake_case here and in camelCase outside."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class QuerySchema(ApiSchema):
    """The query of an address, in which a name that isn't known is an error: a filter misspelt would filter nothing."""

    @model_validator(mode="after")
    def _has_no_other_names(self, info: ValidationInfo) -> Any:
        known = {field.alias for field in type(self).model_fields.values()}
        asked = info.context["request"].GET if info.context else ()
        for name in asked:
            if name not in known:
                raise Problem.of_parameter(name, "There is no such parameter here.")
        return self
