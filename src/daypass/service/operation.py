"""Operations: declared once, everything else derived.

A service is a product and a version; an operation is a request type, a response type
and a function, declared by decorator::

    ram = Service("Ram", "2015-05-01", "users, groups, roles and policies")

    class GetRoleRequest(Request):
        role_name: Annotated[str, ROLE_NAME]

    @ram.operation(
        "GetRole", GetRoleRequest, GetRoleResponse,
        authorize=Permission("ram:GetRole", lambda q, call: role_resource(call.account, q.role_name)),
        runs=Runs.READ,
        errors=(ROLE_MISSING,),
    )
    def get_role(call: Call, q: GetRoleRequest) -> GetRoleResponse:
        '''Show one role and its trust policy.'''

Routing, parameter reading, per-parameter errors, authorization, audit, CLI, reference
page and the laws in ``tests/rules`` come from the declaration. The request and response
types are arguments of the decorator so that the type checker holds the functions to them.
"""

from __future__ import annotations

import enum
import inspect
import typing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, Protocol, TypeVar

import msgspec

from daypass.errors import ApiError, DaypassError, ErrorCode
from daypass.service import codes
from daypass.service.params import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sqlalchemy import MetaData

    from daypass.authz.authorize import Verdict
    from daypass.service.call import Call


class Request(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Base of request types. Each field is ``Annotated[type, Kind]``; a default makes it optional."""


class Response(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="pascal"):
    """Base of response types. Wire names are the fields' in PascalCase; ``None`` is left out."""


class Nothing(Response, frozen=True, kw_only=True):
    """The answer of operations that return only a request id."""


Q = TypeVar("Q", bound=Request)
R = TypeVar("R", bound=Response)
Q_contra = TypeVar("Q_contra", bound=Request, contravariant=True)


class Runs(enum.Enum):
    """Where an operation's function runs, and what it may do there."""

    INLINE = "inline"
    """On the event loop, with cached look-ups only (``call.look``). Run again after a miss: no effects."""
    READ = "read"
    """On a reader thread, in a read transaction (``call.txn``)."""
    WRITE = "write"
    """On the writer thread, in a transaction that also holds its audit record (``call.txn``)."""


class Authorize(Protocol[Q_contra]):
    """How an operation is authorized."""

    def check(self, call: Call, q: Q_contra, /) -> Verdict | None:
        """Decide; the pipeline refuses unless the verdict allows or there is none to be made.

        Raises:
            ApiError: what is named does not exist and the operation tells that first.
        """
        ...

    def describe(self) -> str:
        """Say for the reference page what the caller needs."""
        ...

    def errors(self) -> tuple[ErrorCode, ...]:
        """Return what checking may raise besides NoPermission."""
        ...

    def refusal(self, verdict: Verdict, /) -> str:
        """Return the message of the NoPermission error for a verdict that does not allow."""
        ...


@dataclass(frozen=True, slots=True)
class Parameter:
    """A field of a request type: the kind that reads it, and whether it must be there."""

    name: str
    kind: Kind
    required: bool


class BadDeclarationError(DaypassError):
    """An operation's declaration contradicts itself; raised while the module is imported."""


@dataclass(frozen=True, slots=True)
class Operation(Generic[Q, R]):
    """One operation and all that is known of it.

    Attributes:
        product: as in ``Ram``.
        version: the API version, ``2015-05-01``.
        name: the Action.
        request: its request type.
        response: its response type.
        run: the function; the business rule and nothing else.
        authorize: how it is authorized.
        runs: where it runs.
        own_errors: what the function may raise besides what its parameters give.
        anonymous: whether it takes unsigned requests.
        parameters: the request's fields with their kinds.
        secret_parameters: wire names whose values never reach a record.
        prepare: what a writing operation does first on a reader thread, since it would hold
            up the one writer; ``call.prepared`` has what it returned.
        misspelt: other spellings of its name that official clients send.
    """

    product: str
    version: str
    name: str
    request: type[Q]
    response: type[R]
    run: Callable[[Call, Q], R]
    authorize: Authorize[Q]
    runs: Runs
    own_errors: tuple[ErrorCode, ...] = ()
    anonymous: bool = False
    parameters: tuple[Parameter, ...] = ()
    secret_parameters: frozenset[str] = frozenset()
    prepare: Callable[[Call, Q], object] | None = None
    _readers: tuple[tuple[str, str, Callable[[str], Any] | None, bool, Kind], ...] = field(
        default=(), repr=False
    )
    misspelt: tuple[str, ...] = ()

    @property
    def help(self) -> str:
        """The function's docstring."""
        return inspect.getdoc(self.run) or ""

    def errors(self) -> frozenset[ErrorCode]:
        """Return every error this operation may answer with once the caller is known."""
        of_parameters = (
            error
            for parameter in self.parameters
            for error in (parameter.kind.errors() if parameter.required else parameter.kind.refusals())
        )
        return frozenset({*self.own_errors, *self.authorize.errors(), *of_parameters}) | codes.EVERYWHERE

    def bind(self, parameters: Mapping[str, str]) -> Q:
        """Read the request's parameters into the request type.

        Required parameters are looked for first, in the order of their declaration;
        then each value is read in that order.

        Raises:
            ApiError: one is missing or wrong.
        """
        values: dict[str, Any] = {}
        try:
            for name, wire, read, required, kind in self._readers:
                if read is None:
                    value = kind.take(parameters)
                elif (text := parameters.get(wire)) is None:
                    value = None
                else:
                    value = read(text)
                if value is not None:
                    values[name] = value
                elif required:
                    raise kind.absent()
        except ApiError:
            self._check_present(parameters)
            raise
        return self.request(**values)

    def sketch(self, parameters: Mapping[str, str]) -> tuple[Q, bool]:
        """Read the parameters that are there; something stands for the required ones that are not.

        Returns:
            The request, and whether all of it was there.

        Raises:
            ApiError: one is wrong, or some choice of them is required.
        """
        values = {item.name: item.kind.take(parameters) for item in self.parameters}
        missing = [item for item in self.parameters if item.required and values[item.name] is None]
        given = {name: value for name, value in values.items() if value is not None}
        given |= {item.name: item.kind.stand_in() for item in missing}
        return self.request(**given), not missing

    def _check_present(self, parameters: Mapping[str, str]) -> None:
        """Tell of the first required parameter that is missing, whatever else is wrong."""
        for parameter in self.parameters:
            if parameter.required and not parameter.kind.present(parameters):
                raise parameter.kind.absent()


class Service:
    """A product's operations of one API version.

    Args:
        product: its name as SDKs and the CLI write it.
        version: the API version that requests carry.
        about: what it is for, in a few words.
        tables: the service's own tables in the store, if it has any.
    """

    def __init__(self, product: str, version: str, about: str, *, tables: MetaData | None = None) -> None:
        self.tables: Final = tables
        self.product: Final = product
        self.version: Final = version
        self.about: Final = about
        self._operations: dict[str, Operation[Any, Any]] = {}

    def operation(
        self,
        name: str,
        request: type[Q],
        response: type[R],
        *,
        authorize: Authorize[Q],
        runs: Runs,
        errors: Iterable[ErrorCode] = (),
        anonymous: bool = False,
        secrets: Iterable[str] = (),
        prepare: Callable[[Call, Q], object] | None = None,
        misspelt: Iterable[str] = (),
    ) -> Callable[[Callable[[Call, Q], R]], Callable[[Call, Q], R]]:
        """Declare an operation by decorating its function.

        Raises:
            BadDeclarationError: a second operation of that name, a field without a kind, or a
                preparation of what does not write.
        """

        def declare(run: Callable[[Call, Q], R]) -> Callable[[Call, Q], R]:
            if name in self._operations:
                raise BadDeclarationError(f"{self.product} declares {name} twice")
            if prepare is not None and runs is not Runs.WRITE:
                raise BadDeclarationError(f"{name} does not write: it needs no preparation")
            parameters = tuple(_parameters(request))
            self._operations[name] = Operation(
                self.product,
                self.version,
                name,
                request,
                response,
                run,
                authorize,
                runs,
                tuple(errors),
                anonymous,
                parameters,
                frozenset(secrets),
                prepare,
                tuple(_reader(parameter) for parameter in parameters),
                tuple(misspelt),
            )
            return run

        return declare

    def __iter__(self) -> Iterator[Operation[Any, Any]]:
        return iter(self._operations.values())


class Catalogue:
    """All operations a server answers, by (version, action).

    Args:
        services: their operations must not collide in version and name.
    """

    def __init__(self, services: Iterable[Service]) -> None:
        self.services: Final = tuple(services)
        self._operations: Final = tuple(operation for service in self.services for operation in service)
        self._by_name: dict[tuple[str, str], Operation[Any, Any]] = {}
        for operation in self._operations:
            for name in (operation.name, *operation.misspelt):
                if self._by_name.setdefault((operation.version, name), operation) is not operation:
                    raise BadDeclarationError(f"two services answer {name} of {operation.version}")
        self._versions: Final = frozenset(service.version for service in self.services)

    def find(self, version: str, action: str) -> Operation[Any, Any]:
        """Return the operation a request names.

        Raises:
            ApiError: ``InvalidVersion`` or ``InvalidApi.NotFound``.
        """
        operation = self._by_name.get((version, action))
        if operation is None:
            if version not in self._versions:
                raise codes.INVALID_VERSION(version=version[:64])
            raise codes.API_NOT_FOUND(version=version, action=action[:128])
        return operation

    def __iter__(self) -> Iterator[Operation[Any, Any]]:
        return iter(self._operations)


def _reader(parameter: Parameter) -> tuple[str, str, Callable[[str], Any] | None, bool, Kind]:
    """Return how to read a parameter: from its one text directly, unless its kind takes several."""
    kind = parameter.kind
    read = kind.read if type(kind).take is Kind.take else None
    return parameter.name, kind.wire, read, parameter.required, kind


def _parameters(request: type[Request]) -> Iterator[Parameter]:
    hints = typing.get_type_hints(request, include_extras=True)
    for item in msgspec.structs.fields(request):
        hint = hints[item.name]
        kinds = [extra for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, Kind)]
        if typing.get_origin(hint) is not Annotated or len(kinds) != 1:
            raise BadDeclarationError(f"{request.__name__}.{item.name} names no parameter kind")
        yield Parameter(item.name, kinds[0], item.required)
