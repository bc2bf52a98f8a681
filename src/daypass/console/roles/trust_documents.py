"""Trust policies as forms write them, and changes to one that leave the rest of it as it is."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from daypass.console.forms import Fields
    from daypass.console.page import Page

ASSUME: Final = "sts:AssumeRole"
TYPES: Final = ("account", "service", "provider")
SAML_RECIPIENT: Final = "https://signin.aliyun.com/saml-role/sso"
_ACCOUNT: Final = re.compile(r"[0-9]{16}", re.ASCII)
_SERVICE: Final = re.compile(r"(?:[0-9]{16}@)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.aliyuncs\.com", re.ASCII)


@dataclass(slots=True)
class Trusted:
    """Whom a form says that a new role trusts.

    Attributes:
        type: ``account``, ``service`` or ``provider``.
        account: ``current`` or ``other``.
        other: id of the other account.
        service: its name.
        provider: ARN of the identity provider.
        subject: whom the OIDC provider has to name; empty for anybody.
        errors: what is wrong, by field.
    """

    type: str
    account: str
    other: str
    service: str
    provider: str
    subject: str
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, fields: Fields) -> Trusted:
        """Read a form."""
        kind = fields.word("principal-type", "account")
        return cls(
            kind if kind in TYPES else "account",
            "other" if fields.word("principal-name") == "other" else "current",
            fields.word("account-id"),
            fields.word("service"),
            fields.word("provider"),
            fields.word("subject"),
        )

    def check(self, page: Page) -> bool:
        """Return whether it names somebody; note in ``errors`` what is missing."""
        if self.type == "account" and self.account == "other" and not _ACCOUNT.fullmatch(self.other):
            self.errors["account-id"] = page.t("The ID of a cloud account has 16 digits.")
        if self.type == "service" and not _SERVICE.fullmatch(self.service):
            self.errors["service"] = page.t("Write the name of a service, as in ecs.aliyuncs.com.")
        if self.type == "provider" and not self.provider:
            self.errors["provider"] = page.t("Choose an identity provider.")
        return not self.errors

    def document(self, account_id: str) -> str:
        """Return the trust policy."""
        return text_of([self._statement(account_id)])

    def _statement(self, account_id: str) -> dict[str, Any]:
        if self.type == "service":
            return _allow({"Service": [self.service]})
        if self.type == "provider":
            saml = ":saml-provider/" in self.provider
            conditions = {"saml:recipient": SAML_RECIPIENT} if saml else {"oidc:sub": self.subject}
            made = _allow({"Federated": [self.provider]})
            if saml or self.subject:
                made["Condition"] = {"StringEquals": conditions}
            return made
        account = self.other if self.account == "other" else account_id
        return _allow({"RAM": [f"acs:ram::{account}:root"]})


def _allow(principal: dict[str, list[str]]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": ASSUME, "Principal": principal}


def text_of(statements: list[dict[str, Any]]) -> str:
    """Return the text of a document."""
    return json.dumps({"Version": "1", "Statement": statements}, indent=2, ensure_ascii=False)


def admitting(document: str, principal: str) -> str:
    """Return a trust policy that trusts one more principal.

    It is added to the first statement that trusts its like without a condition; a statement
    with conditions is left as it is, since they may not be meant for everybody.
    """
    top = json.loads(document)
    statements = top["Statement"] if isinstance(top["Statement"], list) else [top["Statement"]]
    for statement in statements:
        named = statement["Principal"].get("RAM")
        if named is not None and statement["Effect"] == "Allow" and _plain(statement):
            statement["Principal"]["RAM"] = [*(named if isinstance(named, list) else [named]), principal]
            break
    else:
        statements.append(_allow({"RAM": [principal]}))
    return json.dumps({**top, "Statement": statements}, indent=2, ensure_ascii=False)


def _plain(statement: dict[str, Any]) -> bool:
    actions = statement.get("Action", [])
    return "Condition" not in statement and ASSUME in (actions if isinstance(actions, list) else [actions])


def spread(document: str) -> str:
    """Return a document with the line breaks of those that are written here."""
    return json.dumps(json.loads(document), indent=2, ensure_ascii=False)


def permission(role_arn: str) -> str:
    """Return the policy that lets its holder assume a role."""
    return text_of([{"Effect": "Allow", "Action": ASSUME, "Resource": role_arn}])


def mark(document: str) -> str:
    """Return what tells one text from another, for a form to carry."""
    return hashlib.sha256(document.encode()).hexdigest()
