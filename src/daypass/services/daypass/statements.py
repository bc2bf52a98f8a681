"""Statements of policies as this product's answers name them."""

from __future__ import annotations

from daypass.service.operation import Response


class StatementBody(Response, frozen=True, kw_only=True):
    """A statement of a policy, by its place from 0; what a record does not tell is absent."""

    layer: str | None = None
    policy_name: str
    policy_type: str | None = None
    policy_version: str | None = None
    statement: int
    effect: str | None = None
    attached_entity: str | None = None
    attached_scope: str | None = None
