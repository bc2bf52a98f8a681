"""How RAM users log on through an identity provider of their own: GetUserSsoSettings, SetUserSsoSettings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

from msgspec import structs

from daypass.directory.settings import SignatureAlgorithm, UserSsoSettings
from daypass.service import codes
from daypass.service.operation import Request, Response, Runs
from daypass.service.params import Choice, Flag, Parsed
from daypass.services.ims.provider_parameters import METADATA
from daypass.services.ims.service import ims
from daypass.services.ram.service import on_account

if TYPE_CHECKING:
    from daypass.service.call import Call

_DOMAIN: Final = re.compile(r"(?=.{1,64}$)([a-z0-9]+(-+[a-z0-9]+)*[.])+[a-z]{2,}", re.ASCII | re.IGNORECASE)

NO_METADATA: Final = codes.MISSING_PARAMETER.of("MetadataDocument")


def _domain(text: str) -> str:
    if text and _DOMAIN.fullmatch(text) is None:
        raise ValueError("a domain like example.com is wanted")
    return text.lower()


SSO_ENABLED: Final = Flag(
    wire="SsoEnabled",
    help="Whether users log on through the identity provider, which needs its metadata; default false.",
)
WITH_DOMAIN: Final = Flag(
    wire="SsoLoginWithDomain",
    help="Whether the identity provider names users with a domain, user@<domain>; default true.",
)
METADATA_DOCUMENT: Final = METADATA.named("MetadataDocument", invalid=codes.INVALID.of("MetadataDocument"))
AUXILIARY_DOMAIN: Final = Parsed(
    wire="AuxiliaryDomain",
    help="A domain that the identity provider may use besides the account's; at most 64 characters.",
    parse=_domain,
    invalid=codes.INVALID_FORMAT.of("AuxiliaryDomain"),
)
SIGNATURE_ALGORITHM: Final = Choice(
    wire="AuthnSignAlgo",
    help="What requests to the identity provider are signed with: rsa-sha256, or rsa-sha1, the default.",
    options=("rsa-sha256", "rsa-sha1"),
)


class SetUserSsoSettingsRequest(Request, frozen=True, kw_only=True):
    """What to change; what is absent stays. The fields are the stored record's."""

    sso_enabled: Annotated[bool | None, SSO_ENABLED] = None
    sso_login_with_domain: Annotated[bool | None, WITH_DOMAIN] = None
    metadata_document: Annotated[str | None, METADATA_DOCUMENT] = None
    auxiliary_domain: Annotated[str | None, AUXILIARY_DOMAIN] = None
    authn_sign_algo: Annotated[SignatureAlgorithm | None, SIGNATURE_ALGORITHM] = None


class UserSsoSettingsBody(Response, frozen=True, kw_only=True):
    """The settings."""

    sso_enabled: bool
    sso_login_with_domain: bool
    metadata_document: str | None = None
    auxiliary_domain: str | None = None
    authn_sign_algo: str


class UserSsoSettingsResponse(Response, frozen=True, kw_only=True):
    """The settings in force."""

    user_sso_settings: UserSsoSettingsBody


def _response(settings: UserSsoSettings) -> UserSsoSettingsResponse:
    return UserSsoSettingsResponse(
        user_sso_settings=UserSsoSettingsBody(
            sso_enabled=settings.sso_enabled,
            sso_login_with_domain=settings.sso_login_with_domain,
            metadata_document=settings.metadata_document or None,
            auxiliary_domain=settings.auxiliary_domain or None,
            authn_sign_algo=settings.authn_sign_algo,
        )
    )


@ims.operation(
    "SetUserSsoSettings",
    SetUserSsoSettingsRequest,
    UserSsoSettingsResponse,
    authorize=on_account("ram:SetUserSsoSettings"),
    runs=Runs.WRITE,
    errors=(NO_METADATA,),
)
def set_user_sso_settings(call: Call, q: SetUserSsoSettingsRequest) -> UserSsoSettingsResponse:
    """Change how RAM users log on through an identity provider of their own."""
    settings = call.txn.settings.change(call.account, UserSsoSettings, **structs.asdict(q))
    if settings.sso_enabled and not settings.metadata_document:
        raise NO_METADATA()
    return _response(settings)


@ims.operation(
    "GetUserSsoSettings",
    Request,
    UserSsoSettingsResponse,
    authorize=on_account("ram:GetUserSsoSettings"),
    runs=Runs.READ,
)
def get_user_sso_settings(call: Call, q: Request) -> UserSsoSettingsResponse:  # noqa: ARG001 (asks for nothing more)
    """Show how RAM users log on through an identity provider of their own."""
    settings = call.txn.settings.get(call.account, UserSsoSettings)
    return _response(settings)
