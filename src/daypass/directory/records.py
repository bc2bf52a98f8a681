"""What the directory holds, as frozen values.

Every repository hands out these and nothing else: no row objects, no live views.
Times are whole seconds since the epoch, UTC, unless a field says otherwise; ids are
text even where they are digits, as they are on the wire. Fields that hold a
credential are :class:`~daypass.secret.Secret`, so printing a record shows none.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from daypass.names import mfa_serial, provider_arn, role_arn, root_arn, user_arn
from daypass.secret import Secret

KeyStatus: TypeAlias = Literal["Active", "Inactive"]
PolicyType: TypeAlias = Literal["System", "Custom"]
PrincipalKind: TypeAlias = Literal["User", "Group", "Role"]
MemberType: TypeAlias = Literal["ResourceAccount", "CloudAccount"]
JoinMethod: TypeAlias = Literal["created", "invited"]
HandshakeStatus: TypeAlias = Literal["Pending", "Accepted", "Declined", "Cancelled", "Expired"]
TargetType: TypeAlias = Literal["Root", "Folder", "Account"]
TokenKeyState: TypeAlias = Literal["staged", "primary", "retired"]
TagList: TypeAlias = tuple[tuple[str, str], ...]

DEFAULT_SESSION_SECONDS = 3600


class Account(Struct, frozen=True, gc=False):
    """An account: it owns everything else.

    Attributes:
        id: 16 digits.
        alias: as set, or None; :attr:`alias_or_id` is what domains are made of.
        created_at: epoch seconds.
    """

    id: str
    alias: str | None
    created_at: int

    @property
    def arn(self) -> str:
        """The ARN that stands for the account itself."""
        return root_arn(self.id)

    @property
    def alias_or_id(self) -> str:
        """The alias, which is the id as long as none is set."""
        return self.alias or self.id


class User(Struct, frozen=True, gc=False):
    """A RAM user. ``id`` is 18 digits and never used again; ``name`` keeps its case."""

    id: str
    account_id: str
    name: str
    display_name: str
    comments: str
    email: str
    mobile_phone: str
    created_at: int
    updated_at: int
    last_login_at: int | None = None
    tags: TagList = ()

    @property
    def arn(self) -> str:
        """``acs:ram::<account>:user/<name>``."""
        return user_arn(self.account_id, self.name)


class Group(Struct, frozen=True, gc=False):
    """A group of RAM users. Not a principal: its policies count as its members' own."""

    id: str
    account_id: str
    name: str
    comments: str
    created_at: int
    updated_at: int
    display_name: str = ""


class GroupOfUser(Struct, frozen=True, gc=False):
    """One of a user's groups, and since when."""

    group: Group
    joined_at: int


class UserOfGroup(Struct, frozen=True, gc=False):
    """One of a group's users, and since when."""

    user: User
    joined_at: int


class AccessKey(Struct, frozen=True, gc=False):
    """An AccessKey of a RAM user, or of the account itself (``user_id`` None)."""

    id: str
    account_id: str
    user_id: str | None
    secret: Secret
    status: KeyStatus
    created_at: int
    updated_at: int


class KeyUse(Struct, frozen=True, gc=False):
    """The last use of an AccessKey: when, and of which product."""

    used_at: int
    service: str


class LoginProfile(Struct, frozen=True, gc=False):
    """A user's permission to log on to the console.

    Attributes:
        password_hash: made and read by whoever checks passwords; opaque here.
        status: whether the password opens the console.
        password_initial: the password is still the one set with the profile, or when it
            was switched on again.
        failures: logons with a wrong password within an hour of each other.
        failed_at: the last of them.
    """

    user_id: str
    password_hash: Secret
    password_reset_required: bool
    mfa_bind_required: bool
    created_at: int
    updated_at: int
    status: KeyStatus = "Active"
    password_initial: bool = True
    failures: int = 0
    failed_at: int | None = None


class KeptPassword(Struct, frozen=True, gc=False):
    """A password that a user has or had."""

    password_hash: Secret
    set_at: int


class ConsoleSession(Struct, frozen=True, gc=False):
    """A session of a browser, or a sign-in that is not over yet.

    Attributes:
        digest: SHA-256 of what the browser holds, as hexadecimal digits.
        session_id: names it in records; worth nothing to a browser.
        user_id: None for the account itself.
        access_key_id: of the temporary credentials it stands for.
        token: the security token of these.
        awaits: what is missing before it is a session; empty once it is one.
        source_ip: that signed in.
        user_agent: likewise, as the browser calls itself.
        used_at: when it was last used, but for the last minute.
        expires_at: the first second it is over, whatever happens.
    """

    digest: str
    session_id: str
    account_id: str
    user_id: str | None
    access_key_id: str
    token: Secret
    awaits: str
    source_ip: str
    user_agent: str
    created_at: int
    used_at: int
    expires_at: int


class Attempts(Struct, frozen=True, gc=False):
    """Failed attempts to sign in, one after another."""

    failures: int
    failed_at: int


class SetupLink(Struct, frozen=True, gc=False):
    """A one-use link; ``digest`` is of what it holds.

    Attributes:
        used_at: when it was used, or None.
    """

    digest: str
    account_id: str
    created_at: int
    expires_at: int
    used_at: int | None = None


class MfaDevice(Struct, frozen=True, gc=False):
    """A virtual MFA device; its seed stays in the store.

    Attributes:
        user_id: whom it is bound to, or None.
        activated_at: since when.
        last_step: the last time step a code was used of.
        failures: wrong codes in a row.
        failed_at: the last of them.
    """

    id: str
    account_id: str
    name: str
    user_id: str | None
    created_at: int
    activated_at: int | None = None
    last_step: int | None = None
    failures: int = 0
    failed_at: int | None = None

    @property
    def serial(self) -> str:
        """The serial number, ``acs:ram::<account>:mfa/<name>``."""
        return mfa_serial(self.account_id, self.name)


class BoundDevice(Struct, frozen=True, gc=False):
    """A device, and the user it is bound to, if there is one."""

    device: MfaDevice
    user: User | None


class Role(Struct, frozen=True, gc=False):
    """A RAM role.

    Attributes:
        name: with the case it was created with; the ARN prints it in lower case.
        trust_document: the trust policy's text as it was given.
        max_session_duration: seconds, 3600 to 43200.
        service_linked: made for a service; its user may not change it.
    """

    id: str
    account_id: str
    name: str
    trust_document: str
    description: str
    max_session_duration: int
    allow_console_login: bool
    service_linked: bool
    created_at: int
    updated_at: int
    tags: TagList = ()

    @property
    def arn(self) -> str:
        """``acs:ram::<account>:role/<lower-case name>``."""
        return role_arn(self.account_id, self.name)


class Policy(Struct, frozen=True, gc=False):
    """A policy without its text, which its versions hold.

    Attributes:
        account_id: the owning account, ``system`` for a system policy.
        default_version: ``v1``, ``v2``, ...
        attachment_count: attachments in the account that asks, whatever their scope.
    """

    account_id: str
    name: str
    type: PolicyType
    description: str
    default_version: str
    attachment_count: int
    created_at: int
    updated_at: int
    tags: TagList = ()


class PolicyVersion(Struct, frozen=True, gc=False):
    """One version of a policy; ``document`` is the text as it was given."""

    version_id: str
    document: str
    is_default: bool
    created_at: int


class Attachment(Struct, frozen=True, gc=False):
    """A policy attached to a user, group or role.

    Attributes:
        principal_note: display name, comments or description of the principal.
        scope: the account id, or the id of the resource group it is limited to.
    """

    policy_type: PolicyType
    policy_name: str
    policy_description: str
    default_version: str
    principal_kind: PrincipalKind
    principal_id: str
    principal_name: str
    principal_note: str
    scope: str
    attached_at: int


class ResourceGroup(Struct, frozen=True, gc=False):
    """A resource group; ``id`` is ``rg-`` and 15 characters."""

    id: str
    account_id: str
    name: str
    display_name: str
    status: str
    is_default: bool
    created_at: int
    tags: TagList = ()


class OidcProvider(Struct, frozen=True, gc=False):
    """An OpenID Connect identity provider.

    Attributes:
        name: with the case it was created with.
        issuer_url: as written; it never changes.
        client_ids: audiences that tokens may have, in the order they were given.
        fingerprints: of certificates that the issuer's server may present, in lower case.
        issuance_limit_hours: how long ago a token may have been issued.
    """

    account_id: str
    name: str
    issuer_url: str
    client_ids: tuple[str, ...]
    fingerprints: tuple[str, ...]
    issuance_limit_hours: int
    description: str
    created_at: int
    updated_at: int

    @property
    def arn(self) -> str:
        """``acs:ram::<account>:oidc-provider/<name>``."""
        return provider_arn(self.account_id, "oidc", self.name)


class SamlProvider(Struct, frozen=True, gc=False):
    """A SAML identity provider.

    Attributes:
        name: with the case it was created with.
        metadata: its metadata document in Base64, as it was given.
        authn_sign_algo: what requests to it are signed with, ``rsa-sha256`` or ``rsa-sha1``.
    """

    account_id: str
    name: str
    metadata: str
    authn_sign_algo: str
    description: str
    created_at: int
    updated_at: int

    @property
    def arn(self) -> str:
        """``acs:ram::<account>:saml-provider/<name>``."""
        return provider_arn(self.account_id, "saml", self.name)


class GroupedResource(Struct, frozen=True, gc=False):
    """A resource, named by its ARN, and the resource group it is in."""

    resource: str
    resource_group_id: str


class ResourceDirectory(Struct, frozen=True, gc=False):
    """A tree of folders with accounts in it, which one account manages.

    Attributes:
        account_id: the management account.
        control_policies_on: whether control policies count.
    """

    id: str
    account_id: str
    root_folder_id: str
    control_policies_on: bool
    created_at: int


class Folder(Struct, frozen=True, gc=False):
    """A folder of a resource directory; the root folder has no parent."""

    id: str
    directory_id: str
    parent_id: str | None
    name: str
    created_at: int


class Member(Struct, frozen=True, gc=False):
    """An account in a resource directory.

    Attributes:
        id: the account's.
        name: for people; unique in the directory.
        account_name: ``<prefix>@<directory id>.aliyunid.com``.
        type: a cloud account can be removed from the directory, a resource account cannot.
        created_at: when it joined.
    """

    id: str
    directory_id: str
    folder_id: str
    name: str
    account_name: str
    type: MemberType
    created_at: int
    updated_at: int
    join_method: JoinMethod
    tags: TagList = ()


class Handshake(Struct, frozen=True, gc=False):
    """An invitation of an account to a resource directory.

    Attributes:
        manager_id: the management account, which invites.
        target_id: the account that is invited.
        status: ``Expired`` once a pending one is past its time.
        tags: that the member gets.
    """

    id: str
    directory_id: str
    manager_id: str
    target_id: str
    note: str
    status: HandshakeStatus
    created_at: int
    updated_at: int
    expires_at: int
    tags: TagList = ()


class ControlPolicy(Struct, frozen=True, gc=False):
    """A control policy; ``document`` is the text as it was given."""

    id: str
    name: str
    type: PolicyType
    description: str
    document: str
    attachment_count: int
    created_at: int
    updated_at: int


class ControlAttachment(Struct, frozen=True, gc=False):
    """A control policy attached to a target, and since when."""

    policy: ControlPolicy
    attached_at: int


class ControlledTarget(Struct, frozen=True, gc=False):
    """A target that a control policy is attached to, and since when."""

    id: str
    name: str
    type: TargetType
    attached_at: int


class TokenKeyRow(Struct, frozen=True, gc=False):
    """A key of the token ring as stored. ``id`` is never used again, even if killed.

    Attributes:
        material: 32 bytes as hexadecimal digits; :meth:`reveal` gives the bytes.
    """

    id: int
    material: Secret
    state: TokenKeyState
    created_at: int
    changed_at: int

    def reveal(self) -> bytes:
        """Return the key material itself."""
        return bytes.fromhex(self.material.reveal())


class AuditEvent(Struct, frozen=True, gc=False):
    """A change as it goes on record, in the transaction that makes it.

    Attributes:
        time_ms: epoch milliseconds.
        principal: the caller's ARN; for host administration, the word for it.
        access_key_id: "" when none was involved.
        resources: ARNs the operation was authorized on.
        outcome: ``Success`` or the error's code.
        parameters: JSON text; whoever appends leaves secrets out.
        sequence: position in the log, given by the store; 0 before.
    """

    time_ms: int
    request_id: str
    account_id: str
    principal: str
    access_key_id: str
    product: str
    action: str
    resources: tuple[str, ...]
    outcome: str
    source_ip: str
    parameters: str = "{}"
    sequence: int = 0
