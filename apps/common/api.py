"""The JSON API's frame: django-ninja, speaking in problems, and describing itself truthfully."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from apps.common import problem
from apps.common.access import by_operation, public
from apps.common.keyset import BadCursor
from apps.common.problem import Problem

_PROBLEM = {"content": {problem.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
_KEY_OF_PLACE = {"query": "parameter", "header": "header"}


class JsonApi(NinjaAPI):
    """An API whose every error is a problem, and whose description says which to expect."""

    def set_default_exception_handlers(self) -> None:
        """What a route raises becomes a problem; what isn't foreseen is logged by Django and answered with 500."""
        super().set_default_exception_handlers()
        for kind in (Problem, Http404, AuthenticationError, HttpError, ValidationError, BadCursor):
            self.add_exception_handler(kind, _answer)

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        """The addresses, marked: the description is for everyone, each operation says for itself who may call it."""
        patterns, app, namespace = super().urls
        names = {operation.view_func.__name__ for operation in self.operations()}
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                is_operation = pattern.name in names
                pattern.callback = by_operation(pattern.callback) if is_operation else public(_looked_at(pattern))
        return patterns, app, namespace

    def operations(self) -> Iterator[Operation]:
        """Every operation, of all routers."""
        for router in self._get_bound_routers():
            for view in router.path_operations.values():
                yield from view.operations

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The description of ninja, with the problems and the scope of each operation."""
        schema = super().get_openapi_schema(**options)
        schema["components"]["schemas"]["Problem"] = problem.schema()
        scopes = {self.get_openapi_operation_id(each): list(_scopes(each)) for each in self.operations()}
        for operation in _described(schema):
            operation["responses"] = _with_problems(operation)
            operation["parameters"] = [_without_null(parameter) for parameter in operation["parameters"]]
            for way in operation.get("security", []):
                way.update(dict.fromkeys(way.keys() & {"BearerToken"}, scopes[operation["operationId"]]))
        return schema


def _looked_at(pattern: URLPattern) -> Callable[..., HttpResponse]:
    """The API's own pages, which ninja would show to any method."""
    return require_safe(pattern.callback)


def _described(schema: OpenAPISchema) -> Iterator[dict[str, Any]]:
    for path in schema["paths"].values():
        yield from path.values()


def _scopes(operation: Operation) -> Iterator[str]:
    for way in operation.auth_callbacks:
        if scope := getattr(way, "scope", None):
            yield str(scope)


def _without_null(parameter: dict[str, Any]) -> dict[str, Any]:
    """The parameter, which an address can leave out but not make null."""
    schema = dict(parameter["schema"])
    kinds = [kind for kind in schema.pop("anyOf", ()) if kind != {"type": "null"}]
    return parameter | {"schema": schema | kinds[0] if len(kinds) == 1 else parameter["schema"]}


def _with_problems(operation: dict[str, Any]) -> dict[str, Any]:
    """The operation's responses by status, those that all operations of its kind have among them."""
    places = {parameter["in"] for parameter in operation["parameters"]}
    expected = {401, 403, 429} if operation.get("security") else set()
    expected |= {400} if places & {"query", "header"} or "requestBody" in operation else set()
    expected |= {404} if "path" in places else set()
    expected |= {422} if "requestBody" in operation else set()
    responses = {status: {"description": HTTPStatus(status).phrase, **_PROBLEM} for status in expected}
    for status, response in operation["responses"].items():
        responses[status] = response | _PROBLEM if status >= HTTPStatus.BAD_REQUEST else response
    return {str(status): responses[status] for status in sorted(responses)}


def _answer(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    return _problem(error).response()


def _problem(error: Exception | type[Exception]) -> Problem:
    match error:
        case Problem():
            return error
        case BadCursor():
            return Problem.of_parameter("cursor", str(error))
        case ValidationError():
            return _of_input(error)
        case AuthenticationError():
            return Problem(401, headers={"WWW-Authenticate": "Bearer"})
        case HttpError():
            return Problem(error.status_code, error.message)
        case _:
            return Problem(404)


def _of_input(error: ValidationError) -> Problem:
    """400 for what the address or a header says, 422 for the body; an id that can't be one is just not there."""
    places = {each["loc"][0] for each in error.errors}
    if "path" in places:
        return Problem(404)
    errors = [_wrong_part(each) for each in error.errors]
    if "body" in places:
        return Problem(422, _("The body isn't what this address takes."), errors=errors)
    return Problem(400, errors=errors)


def _wrong_part(error: dict[str, Any]) -> dict[str, str]:
    place, *names = error["loc"]
    if place == "body":
        return {"detail": error["msg"], "pointer": "#/" + "/".join(map(str, names[1:]))}
    return {"detail": error["msg"], _KEY_OF_PLACE.get(place, "parameter"): str(names[0]) if names else ""}
