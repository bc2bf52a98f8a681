"""Which resource of ``aliyun/alicloud`` each call makes, and what its attributes are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from daypass.console.snippets.values import member

if TYPE_CHECKING:
    from collections.abc import Mapping


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """A resource.

    Attributes:
        type: ``alicloud_ram_user``.
        attributes: their names by the wire's.
        named_after: the parameters its label is made of; without any it is called after ``label``.
        makes: the parameter that others may refer to it by.
        refers: by which parameter of another resource a parameter refers to it, if the names differ.
        lists: parameters that are lists here, texts with commas on the wire.
        short: parameters whose domain is left out here.
        always: attributes every such resource has, with the label to be put in.
    """

    type: str
    attributes: Mapping[str, str]
    named_after: tuple[str, ...] = ()
    label: str = "this"
    makes: str | None = None
    refers: Mapping[str, str] = {}
    lists: frozenset[str] = frozenset()
    short: frozenset[str] = frozenset()
    always: tuple[tuple[str, str], ...] = ()


def _same(*names: str) -> dict[str, str]:
    """Return names that are the wire's own in lower case."""
    return {name: member(name) for name in names}


_USER: Final = Resource(
    type="alicloud_ram_user",
    attributes={
        "UserName": "name",
        "DisplayName": "display_name",
        "MobilePhone": "mobile",
        "Email": "email",
        "Comments": "comments",
    },
    named_after=("UserName",),
    makes="UserName",
)
_GROUP: Final = Resource(
    type="alicloud_ram_group",
    attributes={"GroupName": "group_name", "Comments": "comments"},
    named_after=("GroupName",),
    makes="GroupName",
)
_ROLE: Final = Resource(
    type="alicloud_ram_role",
    attributes={
        **_same("RoleName", "AssumeRolePolicyDocument", "Description", "MaxSessionDuration"),
        "Tag": "tags",
    },
    named_after=("RoleName",),
    makes="RoleName",
)
_POLICY: Final = Resource(
    type="alicloud_ram_policy",
    attributes={**_same("PolicyName", "PolicyDocument", "Description"), "Tag": "tags"},
    named_after=("PolicyName",),
    makes="PolicyName",
)
_MEMBERSHIP: Final = Resource(
    type="alicloud_ram_user_group_attachment",
    attributes={"UserName": "user_name", "GroupName": "group_name", "UserPrincipalName": "user_name"},
    named_after=("UserName", "GroupName"),
)
_ACCESS_KEY: Final = Resource(
    type="alicloud_ram_access_key",
    attributes={"UserName": "user_name"},
    named_after=("UserName",),
    always=(("secret_file", '"${path.root}/{label}.key"'),),
)
_LOGIN_PROFILE: Final = Resource(
    type="alicloud_ram_login_profile",
    attributes={
        "UserName": "user_name",
        "Password": "password",
        "PasswordResetRequired": "password_reset_required",
        "MFABindRequired": "mfa_bind_required",
    },
    named_after=("UserName",),
)
_PASSWORD_POLICY: Final = Resource(
    type="alicloud_ram_password_policy",
    attributes={
        **_same(
            "MinimumPasswordLength",
            "MinimumPasswordDifferentCharacter",
            "RequireLowercaseCharacters",
            "RequireUppercaseCharacters",
            "RequireNumbers",
            "RequireSymbols",
            "MaxPasswordAge",
            "PasswordReusePrevention",
            "MaxLoginAttemps",
            "PasswordNotContainUserName",
        ),
        "HardExpiry": "hard_expiry",
        "HardExpire": "hard_expiry",
    },
    label="passwords",
)
_PREFERENCE: Final = Resource(
    type="alicloud_ram_security_preference",
    attributes={
        **_same("AllowUserToChangePassword", "AllowUserToManageAccessKeys"),
        "AllowUserToManageMFADevices": "allow_user_to_manage_mfa_devices",
        "EnableSaveMFATicket": "enable_save_mfa_ticket",
        "LoginSessionDuration": "login_session_duration",
        "LoginNetworkMasks": "login_network_masks",
        "MFAOperationForLogin": "mfa_operation_for_login",
        "EnforceMFAForLogin": "enforce_mfa_for_login",
    },
    label="preference",
)
_OIDC: Final = Resource(
    type="alicloud_ims_oidc_provider",
    attributes={
        "OIDCProviderName": "oidc_provider_name",
        "IssuerUrl": "issuer_url",
        "ClientIds": "client_ids",
        "Fingerprints": "fingerprints",
        "IssuanceLimitTime": "issuance_limit_time",
        "Description": "description",
    },
    named_after=("OIDCProviderName",),
    lists=frozenset({"ClientIds", "Fingerprints"}),
)
_SAML: Final = Resource(
    type="alicloud_ram_saml_provider",
    attributes={
        "SAMLProviderName": "saml_provider_name",
        "EncodedSAMLMetadataDocument": "encodedsaml_metadata_document",
        "Description": "description",
    },
    named_after=("SAMLProviderName",),
)


def _of_ims(resource: Resource, owner: str = "user_name") -> Resource:
    """Return the same resource for IMS, which names users with their domain."""
    attributes = {
        ("UserPrincipalName" if wire == "UserName" else wire): name
        for wire, name in resource.attributes.items()
    }
    return msgspec.structs.replace(
        resource,
        attributes={**attributes, "UserPrincipalName": attributes.get("UserPrincipalName", owner)},
        named_after=tuple(
            "UserPrincipalName" if wire == "UserName" else wire for wire in resource.named_after
        ),
        makes="UserPrincipalName" if resource.makes == "UserName" else resource.makes,
        refers={"UserPrincipalName": "UserName"},
        short=frozenset({"UserPrincipalName"}),
    )


def _attachment(kind: str) -> Resource:
    """Return what gives a policy to a user, a group or a role."""
    return Resource(
        type=f"alicloud_ram_{kind.lower()}_policy_attachment",
        attributes=_same("PolicyName", "PolicyType", f"{kind}Name"),
        named_after=(f"{kind}Name", "PolicyName"),
    )


RESOURCES: Final[Mapping[tuple[str, str], Resource]] = {
    ("Ram", "CreateUser"): _USER,
    ("Ram", "CreateGroup"): _GROUP,
    ("Ram", "AddUserToGroup"): _MEMBERSHIP,
    ("Ram", "CreateAccessKey"): _ACCESS_KEY,
    ("Ram", "CreateLoginProfile"): _LOGIN_PROFILE,
    ("Ram", "CreateRole"): _ROLE,
    ("Ram", "CreatePolicy"): _POLICY,
    ("Ram", "AttachPolicyToUser"): _attachment("User"),
    ("Ram", "AttachPolicyToGroup"): _attachment("Group"),
    ("Ram", "AttachPolicyToRole"): _attachment("Role"),
    ("Ram", "SetAccountAlias"): Resource(
        type="alicloud_ram_account_alias", attributes=_same("AccountAlias"), label="alias"
    ),
    ("Ram", "SetPasswordPolicy"): _PASSWORD_POLICY,
    ("Ram", "SetSecurityPreference"): _PREFERENCE,
    ("Ims", "CreateUser"): _of_ims(_USER, "name"),
    ("Ims", "CreateGroup"): _GROUP,
    ("Ims", "AddUserToGroup"): _of_ims(_MEMBERSHIP),
    ("Ims", "CreateAccessKey"): _of_ims(_ACCESS_KEY),
    ("Ims", "CreateLoginProfile"): _of_ims(_LOGIN_PROFILE),
    ("Ims", "SetPasswordPolicy"): _PASSWORD_POLICY,
    ("Ims", "SetSecurityPreference"): _PREFERENCE,
    ("Ims", "CreateOIDCProvider"): _OIDC,
    ("Ims", "CreateSAMLProvider"): _SAML,
    ("Ims", "SetAccessKeyPolicy"): Resource(
        type="alicloud_ram_access_key_policy",
        attributes=_same("UserPrincipalName", "UserAccessKeyId", "AccessKeyPolicy"),
        named_after=("UserAccessKeyId",),
    ),
    ("ResourceManager", "CreateRole"): _ROLE,
    ("ResourceManager", "CreatePolicy"): _POLICY,
    ("ResourceManager", "AttachPolicy"): Resource(
        type="alicloud_resource_manager_policy_attachment",
        attributes=_same("PolicyName", "PolicyType", "PrincipalName", "PrincipalType", "ResourceGroupId"),
        named_after=("PrincipalName", "PolicyName"),
    ),
    ("ResourceManager", "CreateResourceGroup"): Resource(
        type="alicloud_resource_manager_resource_group",
        attributes={"Name": "resource_group_name", "DisplayName": "display_name", "Tag": "tags"},
        named_after=("Name",),
    ),
    ("ResourceManager", "CreateServiceLinkedRole"): Resource(
        type="alicloud_resource_manager_service_linked_role",
        attributes=_same("ServiceName"),
        named_after=("ServiceName",),
    ),
    ("ResourceManager", "CreateControlPolicy"): Resource(
        type="alicloud_resource_manager_control_policy",
        attributes={
            **_same("EffectScope", "PolicyDocument", "Description"),
            "PolicyName": "control_policy_name",
        },
        named_after=("PolicyName",),
    ),
}
