"""Response shapes that several operations of RAM share. Empty texts are left out, lists never."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daypass.service.call import timestamp
from daypass.service.operation import Response

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daypass.directory.records import PolicyVersion, TagList
    from daypass.service.params import Tag


class TagBody(Response, frozen=True, kw_only=True):
    """A tag as responses carry it."""

    tag_key: str
    tag_value: str


class TagsBody(Response, frozen=True, kw_only=True):
    """Tags, in the order of their keys."""

    tag: tuple[TagBody, ...]


def tags_body(tags: TagList) -> TagsBody:
    """Show tags."""
    return TagsBody(tag=tuple(TagBody(tag_key=key, tag_value=value) for key, value in tags))


def tag_list(tags: Iterable[Tag]) -> TagList:
    """Return the tags of a request as the directory takes them."""
    return tuple((tag.Key, tag.Value) for tag in tags)


def tag_filter(tags: Iterable[Tag]) -> tuple[tuple[str, str | None], ...]:
    """Return a filter by tags as the directory takes it; an empty value stands for any."""
    return tuple((tag.Key, tag.Value or None) for tag in tags)


class VersionBody(Response, frozen=True, kw_only=True):
    """A version of a policy; the document is the text as it was given."""

    version_id: str
    is_default_version: bool
    policy_document: str
    create_date: str


def version_body(version: PolicyVersion) -> VersionBody:
    """Show a version."""
    return VersionBody(
        version_id=version.version_id,
        is_default_version=version.is_default,
        policy_document=version.document,
        create_date=timestamp(version.created_at),
    )
