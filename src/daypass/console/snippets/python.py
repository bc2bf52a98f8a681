"""Programs for the official Python SDKs, ``alibabacloud_*`` on Tea.

Their generator names packages, classes and members after the wire's names, so that all of
them follow from the declaration. Products without an SDK are called through the client that
all SDKs share.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Final

from daypass.console.snippets.values import Hidden, member

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from daypass.console.snippets.values import Value, Wanted
    from daypass.service.operation import Operation

SDKS: Final = frozenset({"Ims", "Ram", "ResourceManager", "Sts"})
"""Products whose SDK names everything so."""

UNKNOWN: Final = frozenset({("Ims", "SetSecurityPreference", "EnforceMFAForLogin")})
"""Parameters that the SDKs do not have, though the service takes them."""

_CONFIG: Final = """\
config = Config(
    access_key_id=os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
    access_key_secret=os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
    security_token=os.environ.get("ALIBABA_CLOUD_SECURITY_TOKEN"),
    endpoint=os.environ["DAYPASS_ENDPOINT"],
)
"""
_SHARED: Final = "open_api"


def written(calls: Sequence[Wanted]) -> str:
    """Return one program that makes the calls in their order and prints each answer."""
    imports = dict.fromkeys(line for call in calls for line in _imports(call))
    clients = dict.fromkeys(f"{_client(call)} = {_client_class(call)}(config)" for call in calls)
    made = [line for call in calls for line in ("", *_call(call))]
    return "\n".join(["import os", "", *sorted(imports), "", _CONFIG, *clients, *made])


def has_sdk(call: Wanted) -> bool:
    """Return whether the product's SDK can make the call."""
    operation = call.operation
    return operation.product in SDKS and not any(
        (operation.product, operation.name, name) in UNKNOWN for name in call.values
    )


def _package(operation: Operation[Any, Any]) -> str:
    return f"alibabacloud_{operation.product.lower()}{operation.version.replace('-', '')}"


def _client(call: Wanted) -> str:
    return call.operation.product.lower() if has_sdk(call) else _SHARED


def _client_class(call: Wanted) -> str:
    return f"{call.operation.product}Client" if has_sdk(call) else "Client"


def _imports(call: Wanted) -> Iterator[str]:
    package = _package(call.operation)
    if has_sdk(call):
        if call.operation.parameters:
            yield f"from {package} import models as {_client(call)}_models"
        yield f"from {package}.client import Client as {_client_class(call)}"
    else:
        yield "from alibabacloud_tea_openapi.client import Client"
        yield "from alibabacloud_tea_openapi.models import OpenApiRequest, Params"
        yield "from alibabacloud_tea_util.models import RuntimeOptions"
    yield "from alibabacloud_tea_openapi.models import Config"


def _call(call: Wanted) -> Iterator[str]:
    operation = call.operation
    if not has_sdk(call):
        yield from _shared_call(call)
        return
    client = _client(call)
    if not operation.parameters:
        yield f"answer = {client}.{member(operation.name)}()"
    else:
        models = f"{client}_models.{operation.name}Request"
        yield f"request = {models}("
        for name, value in call.values.items():
            yield f"    {member(name)}={_argument(models, name, value)},"
        yield ")"
        yield f"answer = {client}.{member(operation.name)}(request)"
    yield "print(answer.body.to_map())"


def _argument(request: str, name: str, value: Value) -> str:
    if not isinstance(value, list):
        return literal(value)
    items = (
        literal(item)
        if isinstance(item, str)
        else f"{request}{name}({', '.join(f'{member(key)}={literal(text)}' for key, text in item.items())})"
        for item in value
    )
    return f"[{', '.join(items)}]"


def _shared_call(call: Wanted) -> Iterator[str]:
    operation = call.operation
    yield "params = Params("
    yield f'    action="{operation.name}", version="{operation.version}", style="RPC", auth_type="AK",'
    yield '    method="POST", pathname="/", protocol="HTTPS", req_body_type="formData", body_type="json",'
    yield ")"
    yield "query = {"
    for name, text in call.flat:
        yield f"    {literal(name)}: {literal(text)},"
    for name in sorted(call.hidden):
        yield f"    {literal(name)}: {literal(call.values[name])},"
    yield "}"
    yield f"answer = {_SHARED}.call_api(params, OpenApiRequest(query=query), RuntimeOptions())"
    yield 'print(answer["body"])'


def literal(value: Value) -> str:
    """Return a literal that is the value; texts of several lines keep their lines."""
    if isinstance(value, Hidden):
        return f'os.environ["{value.variable}"]'
    if not isinstance(value, str):
        return repr(value)
    for form in (f'"{value}"', f"'{value}'", f'"""\\\n{value}"""'):
        if value.replace("\n", "").isprintable() and _reads_as(form, value):
            return form
    return repr(value)


def _reads_as(form: str, value: str) -> bool:
    try:
        return bool(ast.literal_eval(form) == value)
    except (SyntaxError, ValueError):
        return False
