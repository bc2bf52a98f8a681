"""A file's plain values to a declaration, held to the schema; every fault names its place."""

from __future__ import annotations

import base64
import functools
import re
import typing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from msgspec import UNSET, Struct

from daypass.directory.quotas import MOST, NAMES
from daypass.errors import ApiError
from daypass.host.declare import source as sources
from daypass.host.declare.documents import text_of
from daypass.host.declare.form import (
    AccountForm,
    Attached,
    Declaration,
    PasswordPolicyForm,
    PolicyForm,
    RoleForm,
    SamlProviderForm,
    SecurityPreferenceForm,
)
from daypass.host.declare.source import ROOT, DeclarationError, Source, refuse
from daypass.names import ACCOUNT_ID
from daypass.service.params import Kind, Tag, Texts
from daypass.services.ims.password_policy import ImsSetPasswordPolicyRequest
from daypass.services.ims.security_preference import ImsSetSecurityPreferenceRequest
from daypass.services.ram.parameters import TAG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PLACE: Final = re.compile(r"(.*?)(?: - at `(?:key in )?(\$[^`]*)`)?", re.DOTALL)
# Settings are the stored records; the limits of their members stand beside the requests that set them.
_LIMITS: Final[dict[type[Struct], type[Struct]]] = {
    PasswordPolicyForm: ImsSetPasswordPolicyRequest,
    SecurityPreferenceForm: ImsSetSecurityPreferenceRequest,
}
# Where a document stands, and what names a file that holds it.
_REFERENCES: Final[dict[type[Struct], tuple[str, str]]] = {
    PolicyForm: ("document", "file"),
    RoleForm: ("trust", "trust_file"),
    SamlProviderForm: ("metadata", "metadata_file"),
}
_LONGEST_FILE: Final = 64 * 1024 * 1024


def read(path: Path) -> Declaration:
    """Read a declaration from a file, with the documents it refers to beside it.

    Raises:
        DeclarationError: it cannot be read or understood; one line with file, line and path.
    """
    return parse(str(path), _text(path), path.parent)


def parse(name: str, text: str, folder: Path) -> Declaration:
    """Read a declaration from its text.

    Args:
        name: of the file, for people.
        text: YAML or JSON.
        folder: where the files are that it refers to.

    Raises:
        DeclarationError: as :func:`read`.
    """
    source = sources.read(name, text)
    try:
        declaration = msgspec.convert(source.value, type=Declaration)
    except msgspec.ValidationError as fault:
        match = _PLACE.fullmatch(str(fault))
        reason, place = (match[1], match[2]) if match else (str(fault), None)
        raise source.fault(place or ROOT, f"{reason[:1].lower()}{reason[1:]}") from None
    accounts = tuple(
        _account(source, account, f"{ROOT}.accounts[{at}]", folder)
        for at, account in enumerate(declaration.accounts)
    )
    _once(source, f"{ROOT}.accounts", (account.id for account in accounts))
    return msgspec.structs.replace(declaration, accounts=accounts)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST_FILE + 1)
        if len(content) > _LONGEST_FILE:
            raise DeclarationError(f"{path}: it is longer than {_LONGEST_FILE} bytes")
        return content.decode()
    except OSError as fault:
        raise DeclarationError(f"{path}: cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise DeclarationError(f"{path}: it is not UTF-8 text") from None


def _account(source: Source, account: AccountForm, path: str, folder: Path) -> AccountForm:
    if ACCOUNT_ID.fullmatch(account.id) is None:
        refuse(source, f"{path}.id", "an account id has 16 digits")
    if account.quotas is not UNSET:
        for name, value in account.quotas.items():
            if name not in NAMES:
                refuse(source, f"{path}.quotas.{name}", f"there is no quota {name}")
            if not 0 <= value <= MOST:
                refuse(source, f"{path}.quotas.{name}", f"a quota is a number from 0 to {MOST}")
    filled = msgspec.structs.replace(
        account,
        policies=_filled(source, account.policies, f"{path}.policies", folder),
        roles=_filled(source, account.roles, f"{path}.roles", folder),
        saml_providers=_filled(source, account.saml_providers, f"{path}.saml_providers", folder),
    )
    _check(source, filled, path)
    for plural in (
        "resource_groups",
        "policies",
        "groups",
        "users",
        "roles",
        "oidc_providers",
        "saml_providers",
    ):
        listed = getattr(filled, plural)
        if listed is not UNSET:
            _once(source, f"{path}.{plural}", (entry.name for entry in listed))
    return filled


def _filled(source: Source, entries: Any, path: str, folder: Path) -> Any:
    """Return policies or roles with their documents read from the files they name."""
    if entries is UNSET:
        return UNSET
    return tuple(_with_document(source, entry, f"{path}[{at}]", folder) for at, entry in enumerate(entries))


def _with_document(
    source: Source, entry: PolicyForm | RoleForm | SamlProviderForm, path: str, folder: Path
) -> Any:
    member, reference = _REFERENCES[type(entry)]
    document, file = getattr(entry, member), getattr(entry, reference)
    if (document is UNSET) == (file is UNSET):
        refuse(source, path, f"one of {member} and {reference} is wanted")
    if file is UNSET:
        return entry
    try:
        text = _text(folder / file)
    except DeclarationError as fault:
        refuse(source, f"{path}.{reference}", str(fault))
    if isinstance(entry, SamlProviderForm):
        text = base64.b64encode(text.encode()).decode()
    return msgspec.structs.replace(entry, **{member: text, reference: UNSET})


def _check(source: Source, form: Struct, path: str) -> None:
    """Hold a form, and those within it, to the kinds of its members."""
    if isinstance(form, RoleForm):
        for principal in form.gone:
            if principal not in text_of(form.trust or ""):
                refuse(source, f"{path}.gone", f"the trust policy does not name {principal}")
    if isinstance(form, Attached) and (form.custom is UNSET) == (form.system is UNSET):
        refuse(source, path, "one of custom and system is wanted")
    hints = _hints(_LIMITS.get(type(form), type(form)))
    for name in form.__struct_fields__:
        value = getattr(form, name)
        if value is UNSET or value is None:
            continue
        for place, inner in _within(value, f"{path}.{name}"):
            _check(source, inner, place)
        kinds = _kinds(hints.get(name))
        if kinds:
            _hold(source, kinds[0], value, f"{path}.{name}")
        elif name == "tags":
            _check_tags(source, value, f"{path}.{name}")


@functools.cache
def _hints(form: type[Struct]) -> dict[str, Any]:
    return typing.get_type_hints(form, include_extras=True)


def _within(value: Any, path: str) -> Iterator[tuple[str, Struct]]:
    if isinstance(value, Struct):
        yield path, value
    elif isinstance(value, tuple):
        yield from ((f"{path}[{at}]", item) for at, item in enumerate(value) if isinstance(item, Struct))


def _kinds(hint: Any) -> list[Kind]:
    if typing.get_origin(hint) is not Annotated:
        return []
    return [extra for extra in hint.__metadata__ if isinstance(extra, Kind)]


def _hold(source: Source, kind: Kind, value: Any, path: str) -> None:
    if isinstance(value, tuple):
        item = kind.item if isinstance(kind, Texts) else kind
        for at, one in enumerate(value):
            _hold(source, item, one, f"{path}[{at}]")
        return
    try:
        kind.read(text_of(value) if isinstance(value, dict) else str(value))
    except ApiError as fault:
        refuse(source, path, fault.message)


def _check_tags(source: Source, tags: dict[str, str], path: str) -> None:
    text = msgspec.json.encode([Tag(key, value) for key, value in tags.items()]).decode()
    try:
        TAG.take({TAG.wire: text})
    except ApiError as fault:
        refuse(source, path, fault.message)


def _once(source: Source, path: str, names: Iterable[str]) -> None:
    """Refuse a name that stands twice; case does not count."""
    seen: set[str] = set()
    for at, name in enumerate(names):
        if name.lower() in seen:
            refuse(source, f"{path}[{at}]", f"{name} stands twice")
        seen.add(name.lower())
