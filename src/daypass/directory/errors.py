"""The errors of the directory, one row each.

Source of codes and statuses: RAM's and ResourceManager's error tables and what their
clients match on. The wordings are daypass's own.
"""

from __future__ import annotations

from typing import Final

from daypass.errors import DaypassError, ErrorCode, Family


class StoreError(DaypassError):
    """The store cannot be used: one line that says what is wrong and what to do."""


class MasterKeyError(StoreError):
    """The master key is missing, unreadable, or not the one the store was sealed under."""


STORE_BUSY: Final = ErrorCode(
    "ServiceUnavailable", 503, "Another process holds the directory's write lock. Try again."
)

USER_MISSING: Final = ErrorCode("EntityNotExist.User", 404, "There is no user {name}.")
GROUP_MISSING: Final = ErrorCode("EntityNotExist.Group", 404, "There is no group {name}.")
ROLE_MISSING: Final = ErrorCode("EntityNotExist.Role", 404, "There is no role {name}.")
POLICY_MISSING: Final = ErrorCode("EntityNotExist.Policy", 404, "There is no {type} policy {name}.")
VERSION_MISSING: Final = ErrorCode(
    "EntityNotExist.Policy.Version", 404, "Policy {name} has no version {version}."
)
KEY_MISSING: Final = ErrorCode("EntityNotExist.User.AccessKey", 404, "The user has no AccessKey {key}.")
KEY_POLICY_MISSING: Final = ErrorCode(
    "EntityNotExist.AccessKeyPolicy", 404, "AccessKey {key} has no network policy."
)
REPORT_MISSING: Final = ErrorCode(
    "EntityNotExist.CredentialReport", 404, "There is no credential report yet; make one first."
)
LOGIN_PROFILE_MISSING: Final = ErrorCode(
    "EntityNotExist.User.LoginProfile", 404, "User {name} has no login profile."
)
USER_MFA_MISSING: Final = ErrorCode("EntityNotExist.User.MFADevice", 404, "User {name} has no MFA device.")
MFA_DEVICE_MISSING: Final = ErrorCode(
    "EntityNotExist.VirtualMFADevice", 404, "There is no virtual MFA device {serial}."
)
MEMBERSHIP_MISSING: Final = ErrorCode(
    "EntityNotExist.User.Group", 404, "User {user} is not in group {group}."
)
ACCOUNT_MISSING: Final = ErrorCode("EntityNotExist.Account", 404, "There is no account {account}.")
ALIAS_MISSING: Final = ErrorCode("EntityNotExist", 404, "The account has no alias.")
RESOURCE_GROUP_MISSING: Final = ErrorCode(
    "EntityNotExists.ResourceGroup", 404, "There is no resource group {group}."
)
OIDC_PROVIDER_MISSING: Final = ErrorCode(
    "EntityNotExist.OIDCProvider", 404, "There is no OIDC provider {name}."
)
SAML_PROVIDER_MISSING: Final = ErrorCode(
    "EntityNotExist.SAMLProvider", 404, "There is no SAML provider {name}."
)
SERVICE_MISSING: Final = ErrorCode(
    "EntityNotExist.Service", 404, "There is no service {service} with a service-linked role."
)
NOT_SERVICE_LINKED: Final = ErrorCode(
    "EntityNotExist.ServiceLinkedRole", 404, "Role {name} is no service-linked role."
)
DELETION_TASK_MISSING: Final = ErrorCode(
    "EntityNotExist.ServiceLinkedRole.DeletionTask", 404, "There is no deletion task of that id."
)
ATTACHMENT_MISSING: Final = Family(
    "EntityNotExist.{name}.Policy", 404, "The policy is not attached to this {name} in that scope."
)

USER_EXISTS: Final = ErrorCode("EntityAlreadyExists.User", 409, "There is a user {name} already.")
GROUP_EXISTS: Final = ErrorCode("EntityAlreadyExists.Group", 409, "There is a group {name} already.")
ROLE_EXISTS: Final = ErrorCode("EntityAlreadyExists.Role", 409, "There is a role {name} already.")
POLICY_EXISTS: Final = ErrorCode("EntityAlreadyExists.Policy", 409, "There is a policy {name} already.")
LOGIN_PROFILE_EXISTS: Final = ErrorCode(
    "EntityAlreadyExists.User.LoginProfile", 409, "User {name} has a login profile already."
)
MFA_DEVICE_EXISTS: Final = ErrorCode(
    "EntityAlreadyExists.VirtualMFADevice", 409, "There is a virtual MFA device {name} already."
)
USER_MFA_EXISTS: Final = ErrorCode(
    "EntityAlreadyExists.User.MFADevice", 409, "User {name} has an MFA device already."
)
MFA_DEVICE_BOUND: Final = ErrorCode(
    "EntityAlreadyExists.VirtualMFADevice.User", 409, "The device {serial} is bound to a user already."
)
MEMBERSHIP_EXISTS: Final = ErrorCode(
    "EntityAlreadyExists.User.Group", 409, "User {user} is in group {group} already."
)
ACCOUNT_EXISTS: Final = ErrorCode(
    "EntityAlreadyExists.Account", 409, "There is an account {account} already."
)
ACCESS_KEY_EXISTS: Final = ErrorCode("EntityAlreadyExists.User.AccessKey", 409, "AccessKey {key} is taken.")
ALIAS_EXISTS: Final = ErrorCode("EntityAlreadyExists.AccountAlias", 409, "The alias {alias} is taken.")
RESOURCE_GROUP_EXISTS: Final = ErrorCode(
    "EntityAlreadyExists.ResourceGroup", 409, "There is a resource group {name} already."
)
OIDC_PROVIDER_EXISTS: Final = ErrorCode(
    "EntityAlreadyExists.OIDCProvider", 409, "There is an OIDC provider {name} already."
)
ISSUER_EXISTS: Final = ErrorCode(
    "EntityAlreadyExists.OIDCProvider.Url", 409, "OIDC provider {name} has this issuer URL already."
)
SAML_PROVIDER_EXISTS: Final = ErrorCode(
    "EntityAlreadyExists.SAMLProvider", 409, "There is a SAML provider {name} already."
)
ATTACHMENT_EXISTS: Final = Family(
    "EntityAlreadyExists.{name}.Policy", 409, "The policy is attached to this {name} in that scope already."
)

USER_HAS_GROUPS: Final = ErrorCode("DeleteConflict.User.Group", 409, "User {name} is still in a group.")
USER_HAS_KEYS: Final = ErrorCode("DeleteConflict.User.AccessKey", 409, "User {name} still has an AccessKey.")
USER_HAS_LOGIN_PROFILE: Final = ErrorCode(
    "DeleteConflict.User.LoginProfile", 409, "User {name} still has a login profile."
)
USER_HAS_MFA_DEVICE: Final = ErrorCode(
    "DeleteConflict.User.MFADevice", 409, "User {name} still has an MFA device bound."
)
USER_HAS_POLICIES: Final = ErrorCode(
    "DeleteConflict.User.Policy", 409, "User {name} still has a policy attached."
)
MFA_DEVICE_IN_USE: Final = ErrorCode(
    "DeleteConflict.VirtualMFADevice.User", 409, "The device {serial} is still bound to a user."
)
GROUP_HAS_USERS: Final = ErrorCode("DeleteConflict.Group.User", 409, "Group {name} still has users.")
GROUP_HAS_POLICIES: Final = ErrorCode(
    "DeleteConflict.Group.Policy", 409, "Group {name} still has a policy attached."
)
ROLE_HAS_POLICIES: Final = ErrorCode(
    "DeleteConflict.Role.Policy", 409, "Role {name} still has a policy attached."
)
POLICY_HAS_USERS: Final = ErrorCode(
    "DeleteConflict.Policy.User", 409, "Policy {name} is still attached to a user."
)
POLICY_HAS_GROUPS: Final = ErrorCode(
    "DeleteConflict.Policy.Group", 409, "Policy {name} is still attached to a group."
)
# RAM has no DeleteConflict.Policy.Role; clients wait for this one when a policy is deleted.
POLICY_HAS_ROLES: Final = ErrorCode(
    "DeleteConflict.Role.Policy", 409, "Policy {name} is still attached to a role."
)
POLICY_HAS_VERSIONS: Final = ErrorCode(
    "DeleteConflict.Policy.Version", 409, "Policy {name} has versions besides the default one."
)
VERSION_IS_DEFAULT: Final = ErrorCode(
    "DeleteConflict.Policy.Version.Default", 409, "{version} is the default version of policy {name}."
)
RESOURCE_GROUP_IN_USE: Final = ErrorCode(
    "DeleteConflict.ResourceGroup.Resource", 409, "Resource group {group} still has resources."
)
RESOURCE_GROUP_IS_DEFAULT: Final = ErrorCode(
    "DeleteConflict.ResourceGroup.Resource", 409, "Resource group {group} is the account's default one."
)

ASSERTION_USED: Final = ErrorCode(
    "AuthenticationFail.SAMLAssertion.Invalid",
    401,
    "The SAML assertion is invalid: it has been used before.",
)
ASSERTIONS_FULL: Final = ErrorCode("Throttling.User", 400, "Request was denied due to user flow control.")
CODE_WRONG: Final = ErrorCode(
    "CheckAuthenticationCodeFail",
    403,
    "The codes are not two of this device that follow each other, or were used before.",
)

TOO_MANY: Final = Family("LimitExceeded.{name}", 409, "The limit of {limit} is reached for {name}.")

SERVICE_LINKED: Final = ErrorCode(
    "NotSupport.ServiceLinkedRole",
    400,
    "Role {name} is a service-linked role. Its trust policy, settings and policies are for its service to "
    "change; DeleteServiceLinkedRole deletes it.",
)
SUFFIX_NOT_ALLOWED: Final = ErrorCode(
    "InvalidParameter.CustomSuffix.NotAllowed", 400, "An account has one role for {service} only."
)
LONG_SUFFIX: Final = ErrorCode(
    "InvalidParameter.CustomSuffix.Length", 400, "The length of CustomSuffix must be from {least} to {most}."
)
DESCRIPTION_NOT_ALLOWED: Final = ErrorCode(
    "InvalidParameter.Description.NotAllowed",
    400,
    "Only a role with a CustomSuffix has a description of its own.",
)

BAD_MARKER: Final = ErrorCode(
    "InvalidParameter.Marker", 400, "Marker is not one that this operation's last answer gave."
)
BAD_NEXT_TOKEN: Final = ErrorCode(
    "InvalidParameter.NextToken", 400, "NextToken is not one that this operation's last answer gave."
)
BAD_VERSION_ID: Final = ErrorCode(
    "InvalidParameter.VersionId.Format", 400, "A VersionId is v and a number, as in v3."
)
BAD_TRUST_PRINCIPAL: Final = ErrorCode(
    "MalformedPolicyDocument", 400, "The trust policy names {principal}, which does not exist."
)

# The resource directory's: ResourceManager's own family, EntityNotExists.
DIRECTORY_MISSING: Final = ErrorCode(
    "EntityNotExists.ResourceDirectory", 404, "The account manages no resource directory. Enable one first."
)
NOT_IN_DIRECTORY: Final = ErrorCode(
    "ResourceDirectoryNotInUse", 404, "The account neither manages a resource directory nor is in one."
)
DIRECTORY_EXISTS: Final = ErrorCode(
    "EntityAlreadyExists.ResourceDirectory", 409, "The account manages a resource directory already."
)
IN_ANOTHER_DIRECTORY: Final = ErrorCode(
    "NotSupport.AccountInAnotherResourceDirectory",
    409,
    "The account is in another resource directory.",
)
DIRECTORY_HAS_MEMBERS: Final = ErrorCode(
    "DeleteConflict.ResourceDirectory.Account", 409, "The resource directory still has members."
)
DIRECTORY_HAS_FOLDERS: Final = ErrorCode(
    "DeleteConflict.ResourceDirectory.Folder", 409, "The resource directory still has folders."
)
FOLDER_MISSING: Final = ErrorCode(
    "EntityNotExists.Folder", 404, "There is no folder {folder} in the resource directory."
)
FOLDER_NAME_TAKEN: Final = ErrorCode(
    "InvalidParameter.Folder.Name.AlreadyUsed", 400, "There is a folder {name} in the same folder already."
)
FOLDER_TOO_DEEP: Final = ErrorCode(
    "LimitExceeded.Folder.Depth", 409, "Folders are nested {limit} deep at most."
)
TOO_MANY_FOLDERS: Final = ErrorCode(
    "QuotaExceeded.Folder.Count", 409, "The limit of {limit} folders is reached."
)
FOLDER_HAS_FOLDERS: Final = ErrorCode(
    "DeleteConflict.Folder.SubFolder", 409, "Folder {folder} still has folders."
)
FOLDER_HAS_MEMBERS: Final = ErrorCode(
    "DeleteConflict.Folder.Account", 409, "Folder {folder} still has members."
)
FOLDER_IS_ROOT: Final = ErrorCode(
    "InvalidParameter.FolderId", 400, "The root folder cannot be renamed or deleted."
)
MEMBER_MISSING: Final = ErrorCode(
    "EntityNotExists.Account", 404, "There is no member {account} in the resource directory."
)
MEMBER_NAME_TAKEN: Final = ErrorCode(
    "InvalidParameter.DisplayName.AlreadyUsed",
    400,
    "There is a member {name} already.",
)
ACCOUNT_NAME_TAKEN: Final = ErrorCode(
    "InvalidParameter.AccountNamePrefix.AlreadyUsed", 400, "There is an account {name} already."
)
MEMBER_IS_RESOURCE_ACCOUNT: Final = ErrorCode(
    "AccountTypeOrStatusMismatch",
    409,
    "Member {account} is no cloud account; make it one first.",
)
CONTROL_POLICY_MISSING: Final = ErrorCode(
    "EntityNotExists.ControlPolicy", 404, "There is no control policy {policy} in the resource directory."
)
CONTROL_POLICY_EXISTS: Final = ErrorCode(
    "EntityAlreadyExists.ControlPolicy", 409, "There is a control policy {name} already."
)
CONTROL_POLICY_IS_SYSTEM: Final = ErrorCode(
    "InvalidParameter.PolicyId", 400, "{policy} ships with the product; it is neither changed nor deleted."
)
CONTROL_POLICY_IN_USE: Final = ErrorCode(
    "DeleteConflict.ControlPolicy.Attachment", 409, "Control policy {policy} is still attached."
)
CONTROL_POLICIES_OFF: Final = ErrorCode(
    "Invalid.ControlPolicy.Status", 409, "Control policies are off. Call EnableControlPolicy first."
)
TARGET_MISSING: Final = ErrorCode(
    "EntityNotExists.Target", 404, "There is no folder or member {target} in the resource directory."
)
CONTROL_ATTACHMENT_EXISTS: Final = ErrorCode(
    "EntityAlreadyExists.ControlPolicyAttachment", 409, "The control policy is attached to {target} already."
)
CONTROL_ATTACHMENT_MISSING: Final = ErrorCode(
    "EntityNotExists.ControlPolicyAttachment", 404, "The control policy is not attached to {target}."
)
CONTROL_ATTACHMENT_IS_LAST: Final = ErrorCode(
    "DeleteConflict.ControlPolicyAttachment.Last",
    409,
    "It is the only control policy of {target}. Attach another one first.",
)
HANDSHAKE_MISSING: Final = ErrorCode("EntityNotExists.Handshake", 404, "There is no invitation {handshake}.")
HANDSHAKE_EXISTS: Final = ErrorCode(
    "EntityAlreadyExists.Handshake", 409, "Account {account} is invited already, and has not answered yet."
)
HANDSHAKE_OVER: Final = ErrorCode(
    "HandshakeStatusMismatch", 409, "The invitation is not pending any more; it is {status}."
)
