"""The API's description for people: one plain page made from the OpenAPI document, without scripts of anyone's."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

from apps.common import problem

JsonSchema: TypeAlias = dict[str, Any]

_FORMATS = {"uuid": "UUID", "date-time": "date-time", "date": "date"}


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of an operation or a member of a shape. ``shape`` names the shape its value has, if any."""

    name: str
    kind: str
    shape: str
    choices: tuple[str, ...]
    note: str
    description: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    description: str
    shape: str


@dataclass(frozen=True, slots=True)
class OperationEntry:
    """One address and method, with what it takes and what it answers."""

    anchor: str
    method: str
    path: str
    title: str
    description: str
    scopes: tuple[str, ...]
    fields: tuple[Field, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    operations: tuple[OperationEntry, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """An object of the API's answers and bodies; ``example`` is one as JSON, empty where none was given."""

    name: str
    description: str
    fields: tuple[Field, ...]
    example: str


class DocsPage(DocsBase):
    """What stands at the API's ``/docs``."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        schema = api.get_openapi_schema()
        description = Description(schema)
        context = {
            "description": schema["info"]["description"],
            "groups": description.groups(),
            "shapes": description.shapes(),
            "problems": problem.registered_types(),
            "origin": request.build_absolute_uri("/").rstrip("/"),
            "schema_url": self.get_openapi_url(api, kwargs),
        }
        return render(request, "api/docs.html", context)


class Description:
    """An OpenAPI document in ready words. Enumerations are shown where they are used; other shapes on their own."""

    def __init__(self, schema: JsonSchema) -> None:
        self._paths: JsonSchema = schema["paths"]
        self._schemas: JsonSchema = schema["components"]["schemas"]

    def groups(self) -> list[Group]:
        """The operations, under their tags."""
        entries = sorted(self._entries(), key=itemgetter(0))
        return [Group(tag, tuple(map(itemgetter(1), pairs))) for tag, pairs in groupby(entries, itemgetter(0))]

    def shapes(self) -> list[Shape]:
        """The shapes of bodies and answers, and the shapes within them."""
        found: dict[str, Shape] = {}
        operations = [operation for group in self.groups() for operation in group.operations]
        names = {field.shape for operation in operations for field in operation.fields}
        names |= {answer.shape for operation in operations for answer in operation.answers}
        while names := names - found.keys() - {""}:
            found |= {name: self._shape(name) for name in names}
            names = {field.shape for shape in found.values() for field in shape.fields}
        return [found[name] for name in sorted(found)]

    def _entries(self) -> Iterator[tuple[str, OperationEntry]]:
        for path, methods in self._paths.items():
            for method, operation in methods.items():
                yield next(iter(operation.get("tags", [""]))), self._entry(path, method, operation)

    def _entry(self, path: str, method: str, operation: JsonSchema) -> OperationEntry:
        scopes = {scope for way in operation.get("security", []) for names in way.values() for scope in names}
        return OperationEntry(
            anchor=operation["operationId"],
            method=method.upper(),
            path=path,
            title=operation["summary"],
            description=operation.get("description", ""),
            scopes=tuple(sorted(scopes)),
            fields=tuple(self._taken(operation)),
            answers=tuple(self._answer(status, each) for status, each in operation["responses"].items()),
        )

    def _taken(self, operation: JsonSchema) -> Iterator[Field]:
        for parameter in operation["parameters"]:
            yield self._field(parameter["name"], parameter["schema"], required=parameter["required"])
        for content in operation.get("requestBody", {}).get("content", {}).values():
            yield self._field(_("body"), content["schema"], required=True)

    def _answer(self, status: str, response: JsonSchema) -> Answer:
        shapes = [self._shape_of(content.get("schema", {})) for content in response.get("content", {}).values()]
        return Answer(status, response["description"], next(iter(shapes), ""))

    def _shape(self, name: str) -> Shape:
        schema = self._schemas[name]
        required = schema.get("required", ())
        members = schema.get("properties", {}).items()
        fields = tuple(self._field(member, details, required=member in required) for member, details in members)
        return Shape(name, schema.get("description", ""), fields, _example(schema))

    def _field(self, name: str, details: JsonSchema, *, required: bool) -> Field:
        return Field(
            name=name,
            kind=self._kind(details),
            shape=self._shape_of(details),
            choices=tuple(map(str, self._choices(details))),
            note=_note(details, required=required),
            description=details.get("description", ""),
        )

    def _kind(self, details: JsonSchema) -> str:
        """The value's type in words: ``integer``, ``UUID or null``, ``list of Item``."""
        if variants := _variants(details):
            return _(" or ").join(map(self._kind, variants))
        if "$ref" in details:
            name = _name_of(details)
            return name if "properties" in self._schemas[name] else self._kind(self._schemas[name])
        if "items" in details:
            return _("list of %s") % self._kind(details["items"])
        return _FORMATS.get(details.get("format", ""), str(details.get("type", "")))

    def _shape_of(self, details: JsonSchema) -> str:
        """The shape that the value is, holds or may be; empty for plain values."""
        if "$ref" in details:
            name = _name_of(details)
            return name if "properties" in self._schemas[name] else ""
        inner = [*_variants(details), *([details["items"]] if "items" in details else ())]
        return next(filter(None, map(self._shape_of, inner)), "")

    def _choices(self, details: JsonSchema) -> Iterator[object]:
        """The values of an enumeration, however it is wrapped."""
        yield from details.get("enum", ())
        for variant in _variants(details):
            yield from self._choices(variant)
        if "$ref" in details:
            yield from self._schemas[_name_of(details)].get("enum", ())


def _example(schema: JsonSchema) -> str:
    examples = schema.get("examples", ())
    return json.dumps(examples[0], indent=2, ensure_ascii=False) if examples else ""


def _variants(details: JsonSchema) -> list[JsonSchema]:
    return [*details.get("anyOf", ()), *details.get("allOf", ())]


def _name_of(details: JsonSchema) -> str:
    return str(details["$ref"]).rsplit("/", 1)[-1]


def _note(details: JsonSchema, *, required: bool) -> str:
    """The bounds, and what holds where it is left out."""
    parts = []
    if "minimum" in details and "maximum" in details:
        parts.append(_("%(least)s to %(most)s") % {"least": details["minimum"], "most": details["maximum"]})
    if "default" in details and details["default"] is not None:
        parts.append(_("%s if left out") % details["default"])
    elif not required:
        parts.append(_("optional"))
    return ", ".join(parts)
