"""Break the evaluator in every small way there is, and see the conformance vectors notice.

Each operator, layer and wildcard rule is turned round in turn. What no vector notices must
be named here, with the reason: it changes how fast an answer comes, or how it is told, but
not which it is.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from daypass.policy.conditions import OPERATORS
from tests.policy.mutants import all_pass, loaded, mutants_of, replaced, survives

MODULES = [
    "actions",
    "arn",
    "pattern",
    "values",
    "conditions",
    "principals",
    "jsontext",
    "document",
    "index",
    "compiled",
    "evaluate",
]

UNNOTICED = {
    "actions": {
        "if TYPE_CHECKING:": "not run",
        "globs = [": "asks a pattern again that a set or a prefix already answered",
    },
    "jsontext": {
        'if text.count("[") + text.count("{") <= MAX_DEPTH:': "a short cut; the long way finds the same",
        "if depth > MAX_DEPTH:": "one level more or less, both far beyond any policy",
    },
    "index": {
        "if head:": "files less under heads, more under other texts",
        "if size:": "files less under pieces, more under other texts",
        "size = next(": "cuts pieces shorter",
        "if not side or not all(side):": "asks for one place too many, and falls back to asking always",
        "if best is None or crowd < least:": "files under a text that is less rare",
    },
    "compiled": {
        "self._index = Index(entries)": "scans where it could look up, or the other way round",
        "if len(request.action) + len(request.resource) <= _REMEMBERED_CHARS:": "test_compiled: memory",
        "if len(self._plans) >= _PLANS:": "test_compiled: memory",
    },
    "evaluate": {
        "identity is not None": "the short way is never taken; without any layer, test_compiled",
        'plan = identity.remembered("identity", request)': "the short way is never taken",
    },
}

RULES = {
    "an empty region matches a starred one": ("arn", 'frozenset(("", "*"))', 'frozenset(("",))'),
    "an empty region matches an empty one": ("arn", 'frozenset(("", "*"))', 'frozenset(("*",))'),
    "an empty region in a pattern matches no named one": (
        "arn",
        "return glob(pattern) if pattern else _NOWHERE.__contains__",
        'return glob(pattern or "*")',
    ),
    "only five segments are an ARN": ("arn", "SEGMENTS: Final = 5", "SEGMENTS: Final = 4"),
    "the region ignores case": ("arn", "_FOLDED: Final = 3", "_FOLDED: Final = 2"),
    "the account is no text that folds": ("arn", "_FOLDED: Final = 3", "_FOLDED: Final = 5"),
    "RAM's own names ignore case": ("arn", '_RAM: Final = "ram"', '_RAM: Final = "none"'),
    "only RAM's own names ignore case": ("arn", '_RAM: Final = "ram"', '_RAM: Final = "oss"'),
    "a short pattern folds its whole segments": ("arn", "parts[place] = fold(part)", "parts[place] = part"),
    "actions ignore case": ("actions", "tuple(map(fold, patterns))", "tuple(patterns)"),
    "only ASCII letters fold": ("actions", "text.translate(_FOLD)", "text.casefold()"),
    "a star matches line breaks": ("pattern", "re.DOTALL", "re.NOFLAG"),
    "a question mark is one character": ("pattern", '".{{{len(part)}}}"', '".{{0,{len(part)}}}"'),
    "other characters are themselves": ("pattern", "else re.escape(part)", "else part"),
    "head and tail share no letter": ("pattern", "least = len(head) + len(tail)", "least = len(head)"),
    "pieces stand in order": ("pattern", "at = found + length", "at = len(head)"),
    "an equal key is a key in another case": ("conditions", "{name.lower()}{slash}", "{name}{slash}"),
    "the tag keeps its case": ("conditions", "{slash}{tag}", "{slash}{tag.lower()}"),
    "folding is not lower-casing": ("conditions", "actual.casefold()", "actual.lower()"),
    "host bits do not count": ("values", "strict=False", "strict=True"),
    "a mapped address is an IPv4 address": ("values", "mapped is not None", "mapped is None"),
    "dates are compared as instants": (
        "values",
        "return int(whole.timestamp()), ",
        "return int(whole.replace(tzinfo=None).timestamp()), ",
    ),
    "fractions of seconds count": ("values", '(fraction or "").rstrip("0")', '""'),
    "trailing zeros of a fraction do not": ("values", '(fraction or "").rstrip("0")', 'fraction or ""'),
    "principals ignore case": ("principals", "text.lower().replace", "text.replace"),
    "a principal's starred region is an empty one": ("principals", '"acs:ram::", 1)', '"acs:ram:*:", 1)'),
    "root stands for the account's users": (
        "principals",
        'frozenset((f"acs:ram::{account}:root", fold_principal(f"acs:ram::{account}:user/{user_name}")))',
        'frozenset((fold_principal(f"acs:ram::{account}:user/{user_name}"),))',
    ),
    "root stands for the account's roles": (
        "principals",
        'frozenset((f"acs:ram::{account}:root", fold_principal(f"acs:ram::{account}:role/{role_name}")))',
        'frozenset((fold_principal(f"acs:ram::{account}:role/{role_name}"),))',
    ),
    "a service acts for its account": (
        "principals",
        "frozenset((full,))",
        "frozenset((full, service.lower()))",
    ),
    "a provider vouches in its own account": (
        "principals",
        '.split(":", 4)[3] == role_account',
        '.split(":", 4)[0] == "acs"',
    ),
    "GetCallerIdentity is exempt": ("evaluate", '"sts:getcalleridentity"', '"sts:getcalleridentities"'),
    "all denying control levels are named": (
        "evaluate",
        "because)\n    for answer in answers:",
        "because[:1])\n    for answer in answers:",
    ),
    "all allowing control levels are named": (
        "evaluate",
        "tuple(reason for answer in answers for reason in answer.because))",
        "answers[0].because)",
    ),
    "account scope is read first": (
        "evaluate",
        "    if layers.identity is not None:\n        answer",
        "    if layers.identity is not None and layers.resource_group is None:\n        answer",
    ),
    "account scope is final": (
        "evaluate",
        "if answer.outcome is not IMPLICIT_DENY:",
        "if answer.outcome is EXPLICIT_DENY:",
    ),
    "control is asked before the session policy": (
        "evaluate",
        "    if layers.control:\n",
        "    if layers.control and layers.session is None:\n",
    ),
    "the session policy is asked for a role too": (
        "evaluate",
        "    if layers.session is not None:\n",
        "    if layers.session is not None and layers.trust is None:\n",
    ),
    "trust alone decides for services": (
        "evaluate",
        "    if layers.identity is None:\n        return trusted\n",
        "",
    ),
    "both halves of AssumeRole must allow": (
        "evaluate",
        "if permitted.outcome is ALLOW and trusted.outcome is ALLOW:",
        "if permitted.outcome is ALLOW or trusted.outcome is ALLOW:",
    ),
    "a Deny of either half outweighs a silence": (
        "evaluate",
        "if trusted.outcome is EXPLICIT_DENY and permitted.outcome is not EXPLICIT_DENY:",
        "if trusted.outcome is EXPLICIT_DENY and permitted.outcome is ALLOW:",
    ),
    "every layer consulted is named": ("evaluate", "because + answer.because)", "answer.because)"),
    "both halves are named": ("evaluate", "permitted.because + trusted.because", "trusted.because"),
    "a Deny wins over an Allow": ("compiled", "asked = denies or allows\n", "asked = allows or denies\n"),
    "a Deny with a condition wins too": ("compiled", "if because:\n", "if because and not plan.allows:\n"),
    "all statements that apply are named": (
        "compiled",
        "if entry.holds(context)])",
        "if entry.holds(context)][:1])",
    ),
    "all statements that apply whatever the context are named": (
        "compiled",
        "tuple(reason for _, reason in asked)",
        "tuple(reason for _, reason in asked[:1])",
    ),
    "a trust policy's resource is not read": (
        "document",
        "return () if kind is DocumentKind.TRUST else resources",
        "return resources",
    ),
    "a member may stand once": ("jsontext", "if len(made) == len(pairs):", "if made:"),
}


@pytest.mark.parametrize("module", MODULES)
def test_every_small_change_of_the_evaluator_is_noticed_by_a_vector(module: str) -> None:
    unnoticed = UNNOTICED.get(module, {})
    mutants = list(mutants_of(module))
    assert mutants
    survivors = [mutant for mutant in mutants if survives(mutant.module, mutant.code)]
    unexplained = [str(each) for each in survivors if not each.source.startswith(tuple(unnoticed))]
    assert not unexplained, "\n".join(unexplained)
    stale = [start for start in unnoticed if not any(each.source.startswith(start) for each in survivors)]
    assert not stale, "explained, but noticed"


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_is_broken_is_noticed_by_a_vector(rule: str) -> None:
    module, old, new = RULES[rule]
    assert not survives(module, replaced(module, old, new))


def _broken_operators() -> Iterator[Any]:
    for name, row in OPERATORS.items():
        for change in ("always holds", "never holds", "negated", "forgets all values but the first"):
            yield pytest.param(name, change, id=f"{name}: {change}")
        for other, its in OPERATORS.items():
            if its.family == row.family and other != name:
                yield pytest.param(name, other, id=f"{name}: as {other}")


@pytest.mark.parametrize(("name", "change"), list(_broken_operators()))
def test_an_operator_that_is_broken_is_noticed_by_a_vector(name: str, change: str) -> None:
    with loaded() as run_suite:
        table = fresh_operators()
        table[name] = broken(table, name, change)
        assert not all_pass(run_suite)


def fresh_operators() -> dict[str, Any]:
    """Return the operator table of the copy of the package that is loaded at this moment."""
    table: dict[str, Any] = sys.modules["daypass.policy.conditions"].OPERATORS
    assert table is not OPERATORS
    return table


def broken(table: dict[str, Any], name: str, change: str) -> Any:
    row = table[name]
    made = type(row)
    if change in table:
        other = table[change]
        return made(name, row.family, other.read, other.prepare, other.negated)
    if change == "negated":
        return made(name, row.family, row.read, row.prepare, not row.negated)
    if change == "forgets all values but the first":
        return made(name, row.family, row.read, lambda wanted: row.prepare(wanted[:1]), row.negated)
    holds = change == "always holds"
    return made(name, row.family, row.read, lambda _: lambda _: holds is not row.negated, row.negated)


def test_a_copy_that_nothing_was_done_to_passes_every_vector() -> None:
    with loaded() as run_suite:
        assert all_pass(run_suite)
    for module in itertools.islice(MODULES, 3):
        assert survives(module, replaced(module, "from __future__ import annotations\n", ""))
