"""The store: one writer, a few readers, transactions with a repository per resource."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol, Self, TypeAlias, TypeVar

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from daypass.directory import opening, postgresql, sqlite
from daypass.directory.access_keys import AccessKeys
from daypass.directory.accounts import Accounts
from daypass.directory.advice import Advising
from daypass.directory.attachments import Attachments
from daypass.directory.audit import Audit
from daypass.directory.console_sessions import ConsoleSessions
from daypass.directory.context import Context
from daypass.directory.control_policies import ControlPolicies
from daypass.directory.credential_reports import CredentialReports
from daypass.directory.errors import STORE_BUSY, StoreError
from daypass.directory.folders import Folders
from daypass.directory.groups import Groups
from daypass.directory.handshakes import Handshakes
from daypass.directory.key_policies import KeyPolicies
from daypass.directory.key_uses import KeyUses
from daypass.directory.login_profiles import LoginProfiles
from daypass.directory.members import Members
from daypass.directory.mfa_devices import MfaDevices
from daypass.directory.oidc_providers import OidcProviders
from daypass.directory.passwords import Passwords
from daypass.directory.policies import Policies
from daypass.directory.quotas import AccountQuotas, Quotas
from daypass.directory.resource_directories import ResourceDirectories
from daypass.directory.resource_groups import ResourceGroups
from daypass.directory.roles import Roles
from daypass.directory.saml_providers import SamlProviders
from daypass.directory.schema import in_byte_order
from daypass.directory.service_linked import ServiceLinkedRoles
from daypass.directory.settings import Settings
from daypass.directory.setup_links import SetupLinks
from daypass.directory.sign_in_attempts import SignInAttempts
from daypass.directory.tags import Tags
from daypass.directory.token_keys import TokenKeys
from daypass.directory.used_assertions import UsedAssertions
from daypass.directory.users import Users

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine, MetaData
    from sqlalchemy.engine import URL

    from daypass.directory.feed import Feed
    from daypass.directory.master_key import MasterKeySource
    from daypass.directory.sealing import Entropy, Sealer
    from daypass.errors import DaypassError

Clock: TypeAlias = "Callable[[], int]"
"""Gives the time in epoch seconds."""

T = TypeVar("T")

READERS: Final = 4

_FORMS: Final = "sqlite:///path/to/daypass.db or postgresql://USER:PASSWORD@HOST/NAME"


class Transaction(Context):
    """A transaction: all of it happens, or none; reads see one moment.

    Attributes:
        connection: SQLAlchemy's, for services with tables of their own.
        now: epoch seconds, the same throughout.
    """

    @cached_property
    def accounts(self) -> Accounts:
        """Accounts and their aliases."""
        return Accounts(self)

    @cached_property
    def account_quotas(self) -> AccountQuotas:
        """What accounts have instead of the default quotas."""
        return AccountQuotas(self)

    @cached_property
    def users(self) -> Users:
        """RAM users."""
        return Users(self)

    @cached_property
    def groups(self) -> Groups:
        """Groups and who is in them."""
        return Groups(self)

    @cached_property
    def access_keys(self) -> AccessKeys:
        """AccessKeys of users and accounts."""
        return AccessKeys(self)

    @cached_property
    def credential_reports(self) -> CredentialReports:
        """Reports on the credentials of accounts and users."""
        return CredentialReports(self)

    @cached_property
    def advice(self) -> Advising:
        """What of an account deserves a look."""
        return Advising(self)

    @cached_property
    def console_sessions(self) -> ConsoleSessions:
        """Which browsers are signed in."""
        return ConsoleSessions(self)

    @cached_property
    def key_policies(self) -> KeyPolicies:
        """From where single AccessKeys may be used."""
        return KeyPolicies(self)

    @cached_property
    def key_uses(self) -> KeyUses:
        """When AccessKeys were last used."""
        return KeyUses(self)

    @cached_property
    def login_profiles(self) -> LoginProfiles:
        """Console passwords."""
        return LoginProfiles(self)

    @cached_property
    def mfa_devices(self) -> MfaDevices:
        """Virtual MFA devices and whom they are bound to."""
        return MfaDevices(self)

    @cached_property
    def passwords(self) -> Passwords:
        """Hashes of the passwords that users have and had."""
        return Passwords(self)

    @cached_property
    def settings(self) -> Settings:
        """Settings of accounts: password policy, security preference and so on."""
        return Settings(self)

    @cached_property
    def roles(self) -> Roles:
        """RAM roles and their trust policies."""
        return Roles(self)

    @cached_property
    def setup_links(self) -> SetupLinks:
        """One-use links for first administrators."""
        return SetupLinks(self)

    @cached_property
    def sign_in_attempts(self) -> SignInAttempts:
        """Failed attempts to sign in."""
        return SignInAttempts(self)

    @cached_property
    def service_linked_roles(self) -> ServiceLinkedRoles:
        """Roles that are made for services."""
        return ServiceLinkedRoles(self)

    @cached_property
    def policies(self) -> Policies:
        """Policies and their versions."""
        return Policies(self)

    @cached_property
    def attachments(self) -> Attachments:
        """Which policy is attached to whom, and where it holds."""
        return Attachments(self)

    @cached_property
    def resource_groups(self) -> ResourceGroups:
        """Resource groups and what is in them."""
        return ResourceGroups(self)

    @cached_property
    def resource_directories(self) -> ResourceDirectories:
        """Resource directories and who manages them."""
        return ResourceDirectories(self)

    @cached_property
    def folders(self) -> Folders:
        """Folders of resource directories."""
        return Folders(self)

    @cached_property
    def members(self) -> Members:
        """Accounts in resource directories."""
        return Members(self)

    @cached_property
    def handshakes(self) -> Handshakes:
        """Invitations to resource directories."""
        return Handshakes(self)

    @cached_property
    def control_policies(self) -> ControlPolicies:
        """Control policies and what they are attached to."""
        return ControlPolicies(self)

    @cached_property
    def tags(self) -> Tags:
        """Tags of users, roles, policies and resource groups."""
        return Tags(self)

    @cached_property
    def oidc_providers(self) -> OidcProviders:
        """OpenID Connect identity providers."""
        return OidcProviders(self)

    @cached_property
    def saml_providers(self) -> SamlProviders:
        """SAML identity providers."""
        return SamlProviders(self)

    @cached_property
    def used_assertions(self) -> UsedAssertions:
        """SAML assertions that have been used."""
        return UsedAssertions(self)

    @cached_property
    def token_keys(self) -> TokenKeys:
        """The key ring of session tokens."""
        return TokenKeys(self)

    @cached_property
    def audit(self) -> Audit:
        """The log of changes."""
        return Audit(self)


class Backend(Protocol):
    """What one kind of database does in its own way; the modules named after them do."""

    def prepare(self, url: URL, /) -> None:
        """See that the database can be opened."""
        ...

    def writer(self, url: URL, /) -> Engine:
        """Return an engine with the one connection that writes."""
        ...

    def readers(self, url: URL, size: int, /) -> Engine:
        """Return an engine whose transactions see one moment and cannot write."""
        ...

    def made_meanwhile(self, error: DBAPIError, /) -> bool:
        """Return whether a statement failed since another process has just made the same."""
        ...

    def take_turn(self, connection: Connection, /) -> None:
        """Wait until no other transaction writes."""
        ...

    def tell(self, connection: Connection, /) -> None:
        """Have feeds elsewhere look when this transaction commits."""
        ...

    def feed(self, database: Database, shared: Path | None, /) -> Feed:
        """Return what tells of commits; ``shared`` is a folder of all processes on this machine."""
        ...

    def fault(self, error: DBAPIError, url: URL, /) -> DaypassError:
        """Say in one line what the database could not do."""
        ...

    def copy(self, url: URL, target: Path, /) -> None:
        """Write a copy to a file."""
        ...


_BACKENDS: Final[dict[str, Backend]] = {"sqlite": sqlite, "postgresql": postgresql}


class Database:
    """An open directory.

    Several processes may have the same one open; each opens its own, after any fork.
    Within a process, any thread may begin a transaction: writes queue for the one
    writer, reads share a few connections.
    """

    def __init__(
        self, url: URL, writer: Engine, sealer: Sealer, *, clock: Clock, entropy: Entropy, quotas: Quotas
    ) -> None:
        self.url: Final = url
        self._backend: Final = _backend(url)
        self._writer: Final = writer
        self._readers: Final = self._backend.readers(url, READERS)
        self._commits: Final[list[Callable[[int], None]]] = []
        self._sealer: Final = sealer
        self._clock: Final = clock
        self._entropy: Final = entropy
        self._quotas: Final = quotas

    @classmethod
    def open(
        cls,
        url: str,
        *,
        master_key: MasterKeySource,
        clock: Clock,
        entropy: Entropy,
        quotas: Quotas | None = None,
    ) -> Self:
        """Open a database; create it if it is not there, migrate it if it is older.

        Args:
            url: ``sqlite:///PATH`` or ``postgresql://USER:PASSWORD@HOST/NAME``.
            master_key: asked for a new key only if the database is empty.
            clock: epoch seconds.
            entropy: random bytes for ids, secrets and nonces.
            quotas: limits of accounts that have none of their own; RAM's by default.

        Raises:
            StoreError: it cannot be opened; ``str`` is one line for the operator.
            MasterKeyError: the master key is missing or not this database's.
        """
        location = _location(url)
        backend = _backend(location)
        backend.prepare(location)
        writer = backend.writer(location)

        def unlocked() -> Sealer:
            with writer.begin() as connection:
                fresh = opening.bring_up_to_date(connection)
                return opening.unlock(connection, master_key, entropy, fresh=fresh, now=clock())

        try:
            with _one_line(location):
                sealer = _again_if(backend.made_meanwhile, unlocked)
        except BaseException:
            writer.dispose()
            raise
        return cls(location, writer, sealer, clock=clock, entropy=entropy, quotas=quotas or Quotas())

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Read one consistent moment; writing in it is refused by the database."""
        with _one_line(self.url), self._readers.begin() as connection:
            yield self._transaction(connection)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Write; on leaving, everything is on disk, or after an exception nothing is.

        Raises:
            ApiError: ``ServiceUnavailable``, another process held the lock too long.
        """
        last: int | None = None
        with _one_line(self.url), self._writer.begin() as connection:
            self._backend.take_turn(connection)
            transaction = self._transaction(connection)
            yield transaction
            last = transaction.note_changes()
            if last is not None:
                self._backend.tell(connection)
        if last is not None:
            for heard in self._commits:
                heard(last)

    def on_commit(self, heard: Callable[[int], None]) -> None:
        """Have a function called with the number of the last change after each commit of this process."""
        self._commits.append(heard)

    def _transaction(self, connection: Connection) -> Transaction:
        return Transaction(
            connection,
            now=self._clock(),
            entropy=self._entropy,
            sealer=self._sealer,
            quotas=self._quotas,
        )

    def feed(self, shared: Path | None = None) -> Feed:
        """Return a new feed of the changes that this and other processes commit.

        Args:
            shared: a folder that the processes of this machine have in common.
        """
        return self._backend.feed(self, shared)

    def create_tables(self, tables: MetaData) -> None:
        """Create a service's own tables where they are missing.

        Nothing is changed about those that are there: a service that alters a table
        gives it a new name.
        """
        with _one_line(self.url), self._writer.begin() as connection:
            self._backend.take_turn(connection)
            in_byte_order(tables)
            tables.create_all(connection)

    def copy_to(self, target: Path) -> None:
        """Write a copy as of one moment to a file that is not there; everything committed before is in it.

        Raises:
            StoreError: it cannot be read, or the copy is not sound.
        """
        try:
            self._backend.copy(self.url, target)
        except sqlite3.Error as error:
            raise StoreError(f"cannot copy the database: {error}") from error

    def close(self) -> None:
        """Give all connections back."""
        self._readers.dispose()
        self._writer.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _again_if(made_meanwhile: Callable[[DBAPIError], bool], do: Callable[[], T]) -> T:
    """Do something, and once more if another process has just done it."""
    try:
        return do()
    except DBAPIError as error:
        if not made_meanwhile(error):
            raise
        return do()


def _location(url: str) -> URL:
    try:
        location = make_url(url)
    except ArgumentError:
        raise StoreError(f"the database URL cannot be read; write {_FORMS}") from None
    _backend(location)
    return location


def _backend(location: URL) -> Backend:
    backend = _BACKENDS.get(location.get_backend_name())
    if backend is None:
        raise StoreError(f"there is no store for {location.drivername}; write {_FORMS}")
    return backend


@contextmanager
def _one_line(url: URL) -> Iterator[None]:
    """Turn the database's faults into errors that say in one line what is wrong."""
    try:
        yield
    except IntegrityError:
        raise  # a rule that a repository should have checked: a fault of the program
    except DBAPIError as error:
        raise _backend(url).fault(error, url) from error
    except PoolTimeout as error:
        raise STORE_BUSY() from error
