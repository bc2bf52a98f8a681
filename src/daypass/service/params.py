"""Parameter kinds: how one named wire parameter is read, limited and explained.

A request type names its parameters by kind, ``user_name: Annotated[str, USER_NAME]``;
name, limits, error codes and help stand here or beside the service, once. Wire
parameters are flat texts; lists come as ``Name.1``, ``Name.2`` … or as JSON text, and
both are read everywhere.

Source for limits: the comments of the official SDKs and the published quotas.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self, TypeVar, final

import msgspec

from daypass.errors import ApiError, ErrorCode
from daypass.service import codes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Characters that no text holds: an answer in XML could not repeat them."""


@final
class Unknown:
    """Stands for a value that is not known yet; whoever looks at it learns just that."""

    __slots__ = ()

    def __getattr__(self, name: str) -> NoReturn:
        raise LookupError(name)

    def __str__(self) -> NoReturn:
        raise LookupError("unknown")

    def __iter__(self) -> NoReturn:
        raise LookupError("unknown")

    def __bool__(self) -> NoReturn:
        raise LookupError("unknown")


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of parameter.

    Attributes:
        wire: the parameter's name on the wire.
        help: one sentence for people.
        missing: the error when it is required and absent; default ``MissingParameter.X``.
        wire_type: its type as documentation tables write it.
    """

    wire: str
    help: str
    missing: ErrorCode | None = None
    wire_type: str = "string"

    def absent(self) -> ApiError:
        """Make the error for a required parameter that is not there."""
        return (self.missing or codes.MISSING_PARAMETER.of(self.wire))()

    def errors(self) -> tuple[ErrorCode, ...]:
        """Return every error that reading this parameter may give, absence included."""
        return (self.missing or codes.MISSING_PARAMETER.of(self.wire), *self.refusals())

    def refusals(self) -> tuple[ErrorCode, ...]:
        """Return the errors for a value that is there but wrong."""
        return ()

    def present(self, parameters: Mapping[str, str]) -> bool:
        """Return whether the request carries the parameter, in whatever encoding."""
        return self.wire in parameters

    def take(self, parameters: Mapping[str, str]) -> Any:
        """Read the value from the request's parameters; ``None`` when it is absent.

        Raises:
            ApiError: the value is there and wrong; one of :meth:`refusals`.
        """
        text = parameters.get(self.wire)
        return None if text is None else self.read(text)

    def read(self, text: str) -> Any:
        """Read one value."""
        return text

    def stand_in(self) -> Any:
        """Return what stands for a value that is not known yet when it is asked who may call."""
        return UNKNOWN

    def named(self, wire: str, about: str | None = None, **changes: Any) -> Self:
        """Return the same kind under another wire name, with that name's error codes."""
        return replace(self, wire=wire, help=about or self.help, **changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Kind):
    """Text of a length range and, if given, a pattern that the whole of it must match.

    Without a pattern it may hold any character that both forms of answers can: no control
    characters but tabs and the ends of lines.
    """

    least: int = 1
    most: int = 1024
    pattern: re.Pattern[str] | None = None
    allowed: str = ""
    length: ErrorCode | None = None
    chars: ErrorCode | None = None

    def refusals(self) -> tuple[ErrorCode, ...]:
        """Return the length error and the characters error."""
        return self._length(), self._chars()

    def read(self, text: str) -> str:
        """Check length, then characters."""
        if not self.least <= len(text) <= self.most:
            raise self._refusal(self._length())
        if self.pattern is not None:
            if self.pattern.fullmatch(text) is None:
                raise self._refusal(self._chars())
        elif not text.isprintable() and CONTROL.search(text):
            raise self._refusal(self._chars())
        return text

    def stand_in(self) -> str:
        """Return what stands for any text in a resource."""
        return "*"

    def _refusal(self, error: ErrorCode) -> ApiError:
        allowed = self.allowed or "characters that are no control characters"
        return error(least=self.least, most=self.most, allowed=allowed, reason=allowed)

    def _length(self) -> ErrorCode:
        return self.length or codes.LENGTH.of(self.wire)

    def _chars(self) -> ErrorCode:
        return self.chars or self.length or codes.INVALID_CHARS.of(self.wire)


@dataclass(frozen=True, slots=True, kw_only=True)
class Integer(Kind):
    """A decimal whole number in a range."""

    least: int
    most: int
    invalid: ErrorCode | None = None
    wire_type: str = "integer"

    def refusals(self) -> tuple[ErrorCode, ...]:
        """Return the one error for anything that is not a number in the range."""
        return (self._invalid(),)

    def read(self, text: str) -> int:
        """Read digits and check the range."""
        if not _DIGITS.fullmatch(text) or not self.least <= (value := int(text)) <= self.most:
            raise self._invalid()(
                least=self.least,
                most=self.most,
                reason=f"a number from {self.least} to {self.most} is wanted",
            )
        return value

    def stand_in(self) -> int:
        """Return the least number."""
        return self.least

    def _invalid(self) -> ErrorCode:
        return self.invalid or codes.INVALID.of(self.wire)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Kind):
    """``true`` or ``false`` in any case: SDKs of some languages send ``True``."""

    wire_type: str = "boolean"

    def refusals(self) -> tuple[ErrorCode, ...]:
        """Return the error for anything else."""
        return (codes.INVALID.of(self.wire),)

    def read(self, text: str) -> bool:
        """Read the truth value."""
        value = _TRUTH.get(text.lower())
        if value is None:
            raise codes.INVALID.of(self.wire)(reason="true or false is wanted")
        return value

    def stand_in(self) -> bool:
        """Return that it is not so."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Kind):
    """One of a few words, exact in case."""

    options: tuple[str, ...]
    invalid: ErrorCode | None = None

    def refusals(self) -> tuple[ErrorCode, ...]:
        """Return the one error."""
        return (self.invalid or codes.INVALID.of(self.wire),)

    def read(self, text: str) -> str:
        """Check that the word is one of the options."""
        if text not in self.options:
            (error,) = self.refusals()
            raise error(reason=f"one of {', '.join(self.options)} is wanted")
        return text

    def stand_in(self) -> str:
        """Return the first of the words."""
        return self.options[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed(Kind):
    """A text that a function of the domain reads; it raises ``ValueError`` for a wrong one."""

    parse: Callable[[str], Any]
    invalid: ErrorCode

    def refusals(self) -> tuple[ErrorCode, ...]:
        """Return the one error."""
        return (self.invalid,)

    def read(self, text: str) -> Any:
        """Hand the text to the function."""
        try:
            return self.parse(text)
        except ValueError as wrong:
            raise self.invalid(reason=str(wrong)) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts(Kind):
    """A list of texts: ``Name.1``, ``Name.2`` … or ``Name`` holding a JSON list."""

    most: int
    item: Kind
    wire_type: str = "[string]"

    def refusals(self) -> tuple[ErrorCode, ...]:
        """Return the error of the list as a whole and those of an item."""
        return (codes.INVALID.of(self.wire), *self.item.refusals())

    def present(self, parameters: Mapping[str, str]) -> bool:
        """Return whether there is a list, in either encoding."""
        return self.wire in parameters or f"{self.wire}.1" in parameters

    def take(self, parameters: Mapping[str, str]) -> tuple[Any, ...] | None:
        """Read the list in either encoding."""
        text = parameters.get(self.wire)
        items = self._json(text) if text is not None else _numbered(parameters, self.wire)
        if items is None:
            return None
        if len(items) > self.most:
            raise codes.INVALID.of(self.wire)(reason=f"at most {self.most} items are allowed")
        return tuple(self.item.read(item) for item in items)

    def _json(self, text: str) -> Sequence[str]:
        return _decode_list(self.wire, text, list[str]) if text.startswith("[") else (text,)


class Tag(msgspec.Struct, frozen=True):
    """A tag as requests carry it: ``Key`` and ``Value``."""

    Key: str
    Value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags(Kind):
    """Tags: ``Tag.1.Key`` and ``Tag.1.Value`` …, or ``Tag`` holding JSON text of such objects."""

    most: int = 20
    wire_type: str = "[{Key, Value}]"
    wire: str = "Tag"
    help: str = "Tags, each with a key and a value."
    _key: re.Pattern[str] = field(default=re.compile(r"(?!aliyun|acs:)(?!.*https?://).{1,128}", re.DOTALL))

    def refusals(self) -> tuple[ErrorCode, ...]:
        """Return the one error."""
        return (codes.INVALID.of(self.wire),)

    def present(self, parameters: Mapping[str, str]) -> bool:
        """Return whether there are tags, in either encoding."""
        return self.wire in parameters or f"{self.wire}.1.Key" in parameters

    def take(self, parameters: Mapping[str, str]) -> tuple[Tag, ...] | None:
        """Read the tags in either encoding and check keys and values."""
        text = parameters.get(self.wire)
        tags = _decode_list(self.wire, text, list[Tag]) if text is not None else self._flat(parameters)
        if tags is None:
            return None
        if len(tags) > self.most or len({tag.Key for tag in tags}) != len(tags):
            raise codes.INVALID.of(self.wire)(reason=f"at most {self.most} tags of different keys")
        if not all(self._key.fullmatch(tag.Key) and len(tag.Value) <= _TAG_VALUE for tag in tags):
            raise codes.INVALID.of(self.wire)(reason=_TAG_RULE)
        return tuple(tags)

    def _flat(self, parameters: Mapping[str, str]) -> list[Tag] | None:
        keys = _numbered(parameters, self.wire, ".Key")
        if keys is None:
            return None
        values = [parameters.get(f"{self.wire}.{n}.Value", "") for n in range(1, len(keys) + 1)]
        return [Tag(key, value) for key, value in zip(keys, values, strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Records(Kind):
    """A list of objects: ``Name.1.Member`` … or ``Name`` holding JSON text. Members match a pattern."""

    form: type[msgspec.Struct]
    most: int
    part: re.Pattern[str]
    allowed: str

    def refusals(self) -> tuple[ErrorCode, ...]:
        """Return the one error."""
        return (codes.INVALID.of(self.wire),)

    def present(self, parameters: Mapping[str, str]) -> bool:
        """Return whether there is a list, in either encoding."""
        return any(name == self.wire or name.startswith(f"{self.wire}.1.") for name in parameters)

    def take(self, parameters: Mapping[str, str]) -> tuple[Any, ...] | None:
        """Read the list in either encoding and check every member."""
        if not self.present(parameters):
            return None
        text = parameters.get(self.wire)
        given = self._decoded(text) if text is not None else self._flat(parameters)
        if len(given) > self.most:
            raise codes.INVALID.of(self.wire)(reason=f"at most {self.most} items are allowed")
        return tuple(given)

    def _flat(self, parameters: Mapping[str, str]) -> list[Any]:
        found: list[dict[str, str]] = []
        names = self.form.__struct_fields__
        while item := {
            name: parameters[wire]
            for name in names
            if (wire := f"{self.wire}.{len(found) + 1}.{name}") in parameters
        }:
            found.append(item)
        return self._checked(found)

    def _decoded(self, text: str) -> list[Any]:
        try:
            return self._checked(msgspec.json.decode(text, type=list[dict[str, str]]))
        except (msgspec.DecodeError, RecursionError):
            raise self._wrong() from None

    def _checked(self, items: list[dict[str, str]]) -> list[Any]:
        try:
            made = [msgspec.convert(item, self.form) for item in items]
        except msgspec.ValidationError:
            raise self._wrong() from None
        if not all(self.part.fullmatch(part) for item in made for part in msgspec.structs.astuple(item)):
            raise self._wrong()
        return made

    def _wrong(self) -> ApiError:
        members = ", ".join(self.form.__struct_fields__)
        return codes.INVALID.of(self.wire)(reason=f"each item has {members}, of {self.allowed}")


def _numbered(parameters: Mapping[str, str], name: str, suffix: str = "") -> list[str] | None:
    items: list[str] = []
    while (value := parameters.get(f"{name}.{len(items) + 1}{suffix}")) is not None:
        items.append(value)
    return items or None


T = TypeVar("T")


def _decode_list(wire: str, text: str, form: type[list[T]]) -> list[T]:
    try:
        return msgspec.json.decode(text, type=form)
    except (msgspec.DecodeError, RecursionError):
        raise codes.INVALID.of(wire)(reason="its JSON text is not such a list") from None


_DIGITS: Final = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_TRUTH: Final = {"true": True, "false": False}
_TAG_VALUE: Final = 128
_TAG_RULE: Final = (
    "a key has 1 to 128 characters, does not begin with aliyun or acs: and holds no http:// or https://; "
    f"a value has at most {_TAG_VALUE}"
)
