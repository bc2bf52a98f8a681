"""The form of a declaration: what a file says an installation's accounts should hold.

The types are the schema: names of keys, types, and beside them the kinds of the
operations' own parameters, so that a file is held to the limits the API has.

A scalar that is absent has its default; a list, map or account setting that is absent
(``UNSET``) is not described, and what the store has of it is left alone.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType

from daypass import names
from daypass.directory.records import DEFAULT_SESSION_SECONDS
from daypass.directory.settings import PasswordPolicy, SecurityPreference
from daypass.service.params import Text
from daypass.services.ims import provider_parameters as ims
from daypass.services.ram import parameters as ram
from daypass.services.resourcemanager.resource_groups import DISPLAY_NAME, NAME

FORMAT: Final = 1

Document: TypeAlias = str | dict[str, Any]
"""A policy document: its verbatim text, or the object it is."""

Tags: TypeAlias = dict[str, str]

ALIAS: Final = Text(
    wire="AccountAlias",
    help="Alias of the account.",
    most=64,
    pattern=names.DOMAIN_ALIAS,
    allowed="lower-case letters, digits and any of . _ -, no hyphen at the ends or doubled",
)


class Form(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of everything in a declaration."""


class Attached(Form, frozen=True, kw_only=True):
    """A policy that is attached to whoever lists it.

    Attributes:
        custom: name of a policy of the account's own; or
        system: name of a system policy.
        scope: name of the resource group it is limited to.
    """

    custom: Annotated[str | UnsetType, ram.POLICY_NAME] = UNSET
    system: Annotated[str | UnsetType, ram.POLICY_NAME] = UNSET
    scope: str | UnsetType = UNSET


class Console(Form, frozen=True, kw_only=True):
    """Permission to log on to the console; the password is no part of it."""

    active: bool = True
    password_reset_required: bool = False
    mfa_bind_required: bool = False


class ResourceGroupForm(Form, frozen=True, kw_only=True):
    """A resource group."""

    name: Annotated[str, NAME]
    display_name: Annotated[str, DISPLAY_NAME]
    tags: Tags | UnsetType = UNSET


class PolicyForm(Form, frozen=True, kw_only=True):
    """A custom policy and the text in force."""

    name: Annotated[str, ram.POLICY_NAME]
    description: Annotated[str, ram.DESCRIPTION] = ""
    document: Annotated[Document | UnsetType, ram.POLICY_DOCUMENT] = UNSET
    file: str | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET


class GroupForm(Form, frozen=True, kw_only=True):
    """A group of RAM users."""

    name: Annotated[str, ram.GROUP_NAME]
    display_name: Annotated[str, ram.DISPLAY_NAME] = ""
    comments: Annotated[str, ram.COMMENTS] = ""
    policies: tuple[Attached, ...] | UnsetType = UNSET


class UserForm(Form, frozen=True, kw_only=True):
    """A RAM user."""

    name: Annotated[str, ram.USER_NAME]
    display_name: Annotated[str, ram.DISPLAY_NAME] = ""
    comments: Annotated[str, ram.COMMENTS] = ""
    email: Annotated[str, ram.EMAIL] = ""
    mobile_phone: Annotated[str, ram.MOBILE_PHONE] = ""
    groups: tuple[str, ...] | UnsetType = UNSET
    console: Console | UnsetType | None = UNSET
    policies: tuple[Attached, ...] | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET


class RoleForm(Form, frozen=True, kw_only=True):
    """A role and its trust policy.

    Attributes:
        gone: principals of the account that the trust policy names and that are no longer
            whom it meant: they were deleted, and whoever has their name now is not meant.
    """

    name: Annotated[str, ram.ROLE_NAME]
    description: Annotated[str, ram.DESCRIPTION] = ""
    max_session_duration: Annotated[int, ram.MAX_SESSION_DURATION] = DEFAULT_SESSION_SECONDS
    allow_console_login: bool = False
    trust: Annotated[Document | UnsetType, ram.TRUST_POLICY] = UNSET
    trust_file: str | UnsetType = UNSET
    gone: tuple[str, ...] = ()
    policies: tuple[Attached, ...] | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET


class OidcProviderForm(Form, frozen=True, kw_only=True):
    """An OpenID Connect identity provider; its issuer never changes."""

    name: Annotated[str, ims.OIDC_PROVIDER_NAME]
    issuer_url: Annotated[str, ims.ISSUER_URL]
    client_ids: Annotated[tuple[str, ...], ims.CLIENT_ID] = ()
    fingerprints: Annotated[tuple[str, ...], ims.FINGERPRINT] = ()
    issuance_limit_hours: Annotated[int, ims.ISSUANCE_LIMIT_TIME] = ims.DEFAULT_HOURS
    description: Annotated[str, ims.DESCRIPTION] = ""


class SamlProviderForm(Form, frozen=True, kw_only=True):
    """A SAML identity provider.

    Attributes:
        metadata: its metadata document in Base64; or
        metadata_file: a file with the document itself.
    """

    name: Annotated[str, ims.SAML_PROVIDER_NAME]
    metadata: Annotated[str | UnsetType, ims.METADATA] = UNSET
    metadata_file: str | UnsetType = UNSET
    authn_sign_algo: Annotated[str, ims.AUTHN_SIGN_ALGO] = ims.DEFAULT_SIGN_ALGO
    description: Annotated[str, ims.DESCRIPTION] = ""


class PasswordPolicyForm(PasswordPolicy, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What passwords must be like; what is absent has its default."""


class SecurityPreferenceForm(SecurityPreference, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What users may do for themselves; what is absent has its default."""


class AccountForm(Form, frozen=True, kw_only=True):
    """An account. What is absent is not described."""

    id: str
    alias: Annotated[str | UnsetType | None, ALIAS] = UNSET
    quotas: dict[str, int] | UnsetType = UNSET
    password_policy: PasswordPolicyForm | UnsetType = UNSET
    security_preference: SecurityPreferenceForm | UnsetType = UNSET
    resource_groups: tuple[ResourceGroupForm, ...] | UnsetType = UNSET
    policies: tuple[PolicyForm, ...] | UnsetType = UNSET
    groups: tuple[GroupForm, ...] | UnsetType = UNSET
    users: tuple[UserForm, ...] | UnsetType = UNSET
    roles: tuple[RoleForm, ...] | UnsetType = UNSET
    oidc_providers: tuple[OidcProviderForm, ...] | UnsetType = UNSET
    saml_providers: tuple[SamlProviderForm, ...] | UnsetType = UNSET


class Declaration(Form, frozen=True, kw_only=True, omit_defaults=False):
    """A whole file."""

    format: Literal[1]
    accounts: tuple[AccountForm, ...] = ()
