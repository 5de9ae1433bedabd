"""The protocol of tRPC 11 over HTTP, without a transformer: queries, one at a time or in batches, by GET and by POST.

What goes over the wire isn't specified by tRPC but by its clients: the tests speak with the published ones.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Any, Final

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from pydantic import BaseModel, ValidationError

from apps.common.bodies import length_of_body
from apps.common.keyset import BadCursor
from apps.common.problem import Problem

MOST_CALLS: Final = 20
MOST_BODY_BYTES: Final = 100_000

log = structlog.get_logger(__name__)


class Code(Enum):
    """tRPC's errors: the number of JSON-RPC and the status of HTTP that go with each."""

    BAD_REQUEST = -32600, 400
    INTERNAL_SERVER_ERROR = -32603, 500
    UNAUTHORIZED = -32001, 401
    FORBIDDEN = -32003, 403
    NOT_FOUND = -32004, 404
    METHOD_NOT_SUPPORTED = -32005, 405
    PAYLOAD_TOO_LARGE = -32013, 413
    UNSUPPORTED_MEDIA_TYPE = -32015, 415
    TOO_MANY_REQUESTS = -32029, 429

    @property
    def number(self) -> int:
        return self.value[0]

    @property
    def status(self) -> int:
        return self.value[1]


class Fault(Exception):
    """An answer that isn't what was asked for; procedures raise it, or Problem, or BadCursor."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """A query that can be called by name. ``run`` gets the caller and the input, and returns what JSON can say."""

    name: str
    scope: str
    input: type[BaseModel]
    run: Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Result:
    """What one call of a batch comes to."""

    status: int
    body: dict[str, Any]


class Endpoint:
    """The view that answers calls of procedures.

    ``identify`` tells who calls, once a request; ``permit`` refuses who lacks a procedure's scope. Both raise Fault.
    """

    def __init__(
        self,
        procedures: Iterable[Procedure],
        *,
        identify: Callable[[HttpRequest], Any],
        permit: Callable[[Any, str], None],
    ) -> None:
        self.procedures = {procedure.name: procedure for procedure in procedures}
        self._identify = identify
        self._permit = permit

    def answer(self, request: HttpRequest, names: str) -> HttpResponse:
        """The answer to a call, or to several whose names stand separated by commas."""
        if request.method == "HEAD":
            return HttpResponse(status=HTTPStatus.NO_CONTENT)
        try:
            return self._answer(request, names)
        except Fault as fault:
            return _response(_failed(fault))

    def _answer(self, request: HttpRequest, names: str) -> HttpResponse:
        is_batch = request.GET.get("batch") == "1"
        called = names.split(",") if is_batch else [names]
        if len(called) > MOST_CALLS:
            raise Fault(Code.BAD_REQUEST, f"A batch holds {MOST_CALLS} calls at most.")
        inputs = _Inputs(_raw_input(request), is_batch=is_batch)
        caller = self._caller(request)
        results = [self._called(name, caller, inputs, place) for place, name in enumerate(called)]
        return _batch_response(results) if is_batch else _response(results[0])

    def _caller(self, request: HttpRequest) -> Any:
        """Who calls, or the Fault with which every call is to end."""
        try:
            return self._identify(request)
        except Fault as fault:
            return fault

    def _called(self, name: str, caller: Any, inputs: "_Inputs", place: int) -> Result:
        try:
            return Result(200, {"result": {"data": self._run(name, caller, inputs, place)}})
        except Fault as fault:
            return _failed(fault, name)
        except Problem as problem:
            return _failed(_of_problem(problem), name)
        except BadCursor as error:
            return _failed(Fault(Code.BAD_REQUEST, f"cursor: {error}"), name)
        except ValidationError as error:
            return _failed(Fault(Code.BAD_REQUEST, _of_input(error)), name)
        except Exception:  # the boundary of a call: it must not end the others of its batch
            log.exception("procedure failed", procedure=name)
            return _failed(Fault(Code.INTERNAL_SERVER_ERROR, "Something went wrong on our side."), name)

    def _run(self, name: str, caller: Any, inputs: "_Inputs", place: int) -> Any:
        procedure = self.procedures.get(name)
        if procedure is None:
            raise Fault(Code.NOT_FOUND, "There is no such procedure.")
        if isinstance(caller, Fault):
            raise caller
        self._permit(caller, procedure.scope)
        return procedure.run(caller, procedure.input.model_validate(inputs.at(place)))


class _Inputs:
    """The inputs of the calls of one request, as they came. They are read only when a call may be made at all."""

    def __init__(self, raw: str | bytes, *, is_batch: bool) -> None:
        self._raw = raw
        self._is_batch = is_batch

    def at(self, place: int) -> Any:
        """The input of a call; an empty object where there is none. Raises Fault."""
        sent = _decoded(self._raw) if self._raw.strip() else None
        if self._is_batch and sent is not None:
            if not isinstance(sent, dict):
                raise Fault(Code.BAD_REQUEST, "A batch's input is an object of inputs by number.")
            sent = sent.get(str(place))
        # LearnCard's client encodes each input twice: a JSON text within the JSON.
        value = _decoded(sent) if isinstance(sent, str) else sent
        return {} if value is None else value


def _raw_input(request: HttpRequest) -> str | bytes:
    if request.method == "GET":
        return request.GET.get("input", "")
    if request.method != "POST":
        raise Fault(Code.METHOD_NOT_SUPPORTED, "Queries are sent by GET or POST.")
    if length_of_body(request) > MOST_BODY_BYTES:
        raise Fault(Code.PAYLOAD_TOO_LARGE, f"A body holds {MOST_BODY_BYTES} bytes at most.")
    if request.content_type != "application/json":
        raise Fault(Code.UNSUPPORTED_MEDIA_TYPE, "A body is application/json.")
    return request.body


def _decoded(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Fault(Code.BAD_REQUEST, "The input isn't JSON.") from None


def _of_problem(problem: Problem) -> Fault:
    code = next((code for code in Code if code.status == problem.status), Code.BAD_REQUEST)
    return Fault(code, "; ".join(map(_said, problem.body["errors"])) or problem.body["detail"])


def _said(error: Mapping[str, str]) -> str:
    return f"{error['parameter']}: {error['detail']}" if "parameter" in error else error["detail"]


def _of_input(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, each['loc'])) or 'input'}: {each['msg']}" for each in error.errors())


def _failed(fault: Fault, path: str | None = None) -> Result:
    data = {"code": fault.code.name, "httpStatus": fault.code.status} | ({} if path is None else {"path": path})
    return Result(fault.code.status, {"error": {"message": fault.message, "code": fault.code.number, "data": data}})


def _response(result: Result) -> HttpResponse:
    return JsonResponse(result.body, status=result.status)


def _batch_response(results: Sequence[Result]) -> HttpResponse:
    """All results in order; the status is theirs where they agree, and Multi-Status where they don't."""
    statuses = {result.status for result in results}
    status = statuses.pop() if len(statuses) == 1 else HTTPStatus.MULTI_STATUS
    return JsonResponse([result.body for result in results], status=status, safe=False)
