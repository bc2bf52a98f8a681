"""The composition root: reads configuration, opens the store, picks clock and entropy.

Nothing else in daypass does any of these.
"""

from __future__ import annotations

import functools
import gc
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from daypass import host
from daypass.audit.decisions import DecisionLog
from daypass.audit.reading import DecisionReader
from daypass.authn.authenticate import Authenticator, PacedAuthenticator
from daypass.authn.console import IDLE_SECONDS, ConsoleSessions
from daypass.authn.hashing import Hashing
from daypass.authn.key_uses import SeenKeys
from daypass.authn.new_sessions import NewSessions
from daypass.authn.nonces import NONCE_USED, NonceStore
from daypass.authn.open_sessions import OpenSessions
from daypass.authn.pace import Pace
from daypass.authn.sessions import RingIssuer, RingSeal
from daypass.authn.setup import Setup
from daypass.authn.sign_in import SignIns
from daypass.authn.sign_in_steps import SignInSteps
from daypass.authz.denial import DiagnosticSeal
from daypass.authz.views import Views
from daypass.console.door import Door
from daypass.console.front import ConsoleFront
from daypass.directory.database import READERS, Database
from daypass.directory.master_key import KeyFile, KeyText
from daypass.errors import ApiError, DaypassError
from daypass.gateway.run import Alongside, listen_for_gateway, url_of_gateway
from daypass.host.setup import VALID_SECONDS, SetupFiles, is_set_up, make_setup_link
from daypass.issuers.desk import Desk
from daypass.issuers.keys import Keys
from daypass.names import ACCOUNT_ID
from daypass.secret import Secret
from daypass.server.front import Front
from daypass.server.identifiers import new_request_id, random_bytes
from daypass.server.pages import pages
from daypass.server.ready import clear_ready_file, write_ready_file
from daypass.server.run import Beside, CannotListenError, Listeners, is_loopback, listen, make_server, url_of
from daypass.server.supervisor import Supervisor
from daypass.server.tls import server_context
from daypass.server.trust import ProxyTrust
from daypass.service.operation import Catalogue
from daypass.service.pipeline import Pipeline, Ports
from daypass.service.record import Recorder
from daypass.services import SERVICES

if TYPE_CHECKING:
    import ssl

    from daypass.console.front import Application
    from daypass.directory.master_key import MasterKeySource
    from daypass.directory.records import KeyUse

_log: Final = structlog.get_logger("daypass.main")

CATALOGUE: Final = Catalogue(SERVICES)

DECISIONS: Final = "decisions.jsonl"
"""The decision log's newest file, in the data directory."""


GATEWAY_KEY: Final = "gateway.key"
"""Signs assertions; in the data directory."""


class SettingsError(DaypassError):
    """A setting cannot be used; one line for the operator."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How a server runs. Each is an option of ``daypass serve`` and ``DAYPASS_<OPTION>``.

    Attributes:
        data: directory of the store, keys, nonces and records.
        listen: address of the API, ``HOST:PORT``.
        database: URL of the store; SQLite in ``data`` if empty.
        workers: processes that answer requests.
        ready_file: where to write the URLs once requests are accepted.
        region: of services whose ARNs carry one, for requests that name none.
        default_format: of answers to requests that ask for none: ``XML`` or ``JSON``.
        trusted_proxies: addresses or networks whose forwarded headers are believed.
        allow_private_issuers: whether keys of OIDC issuers may be fetched from private addresses.
        rate_limit: requests an account may make in a second, over all workers; 0 for any number.
        tls_cert: PEM file of the certificate that the API shows; plain HTTP without it.
        tls_key: PEM file of its private key.
        console: address of the console, ``HOST:PORT``; none is served if empty.
        console_idle: minutes after which a console session without a request is over.
        console_hosts: names the console is reached by, besides its address and ``localhost``.
        gateway: configuration of a gateway to run in the same processes; none without it.
    """

    data: Path
    listen: str = "127.0.0.1:8620"
    database: str = ""
    workers: int = 1
    ready_file: Path | None = None
    region: str = "cn-shanghai"
    default_format: str = "XML"
    trusted_proxies: tuple[str, ...] = ()
    allow_private_issuers: bool = False
    rate_limit: int = 0
    tls_cert: Path | None = None
    tls_key: Path | None = None
    console: str = ""
    console_hosts: tuple[str, ...] = ()
    console_idle: int = IDLE_SECONDS // 60
    gateway: Path | None = None

    @property
    def database_url(self) -> str:
        """The store's URL."""
        return self.database or f"sqlite:///{self.data / 'daypass.db'}"


def master_key_source(settings: Settings) -> MasterKeySource:
    """Return where the master key comes from: the environment, else a file in the data directory.

    It is no setting, so that it is never handed on or shown with the others.
    """
    text = os.environ.get("DAYPASS_MASTER_KEY", "")
    return KeyText(Secret(text), "DAYPASS_MASTER_KEY") if text else KeyFile(settings.data / "master.key")


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Return what TLS connections are accepted with; None for plain HTTP.

    Raises:
        DaypassError: certificate and key cannot be used; one line for the operator.
    """
    if settings.tls_cert is None and settings.tls_key is None:
        return None
    if settings.tls_cert is None or settings.tls_key is None:
        raise SettingsError("set both or neither of --tls-cert and --tls-key")
    return server_context(settings.tls_cert, settings.tls_key)


def clock() -> int:
    """Return the time in epoch seconds."""
    return int(time.time())


def open_database(settings: Settings) -> Database:
    """Open the store, with the services' own tables.

    Raises:
        DaypassError: it cannot be opened; one line for the operator.
    """
    make_directory(settings.data)
    database = Database.open(
        settings.database_url, master_key=master_key_source(settings), clock=clock, entropy=os.urandom
    )
    for service in SERVICES:
        if service.tables is not None:
            database.create_tables(service.tables)
    return database


def make_directory(data: Path) -> None:
    """Make a data directory.

    Raises:
        SettingsError: it cannot be made.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise SettingsError(f"cannot make the data directory {data}: {fault.strerror}") from None


def presets(environment: Mapping[str, str]) -> host.Presets:
    """Read what the first account is to be made with.

    Raises:
        SettingsError: the account id is not 16 digits, or only half of the key is given.
    """
    account = environment.get("DAYPASS_ROOT_ACCOUNT_ID") or None
    key_id = environment.get("DAYPASS_ROOT_ACCESS_KEY_ID", "")
    secret = environment.get("DAYPASS_ROOT_ACCESS_KEY_SECRET", "")
    if account is not None and not ACCOUNT_ID.fullmatch(account):
        raise SettingsError("DAYPASS_ROOT_ACCOUNT_ID must have 16 digits")
    if bool(key_id) != bool(secret):
        raise SettingsError(
            "set both or neither of DAYPASS_ROOT_ACCESS_KEY_ID and DAYPASS_ROOT_ACCESS_KEY_SECRET"
        )
    return host.Presets(account, (key_id, Secret(secret)) if key_id else None)


def prepare(settings: Settings, environment: Mapping[str, str]) -> str:
    """Make a data directory ready for servers; return the id of its first account."""
    database = open_database(settings)
    try:
        served_before = not host.first_token_key(database)
        account = host.first_account(database, presets(environment), settings.data)
    finally:
        database.close()
    open_nonces(settings, served_before=served_before).close()
    if (pace := open_pace(settings)) is not None:
        pace.close()
    return account


def open_nonces(settings: Settings, *, served_before: bool = True) -> NonceStore:
    """Open the store of used nonces; a file beside it tells a lost store from a new one.

    Args:
        settings: where it is.
        served_before: whether requests were answered from this database before: then a store
            that is not there is a loss, wherever its file has gone.

    Raises:
        SettingsError: its directory cannot be used.
    """
    mark = settings.data / "nonce-store"
    try:
        unknown = "" if served_before else None
        expected = mark.read_text(encoding="ascii") if mark.exists() else unknown
        store = NonceStore.open(settings.data / "nonces", now=clock(), expected=expected)
        if store.store_id != expected:
            mark.write_text(store.store_id, encoding="ascii")
    except OSError as fault:
        raise SettingsError(f"cannot use {settings.data / 'nonces'}: {fault.strerror}") from None
    return store


def open_pace(settings: Settings) -> Pace | None:
    """Open the count of requests; None without a limit.

    Raises:
        SettingsError: its file cannot be used.
    """
    if not settings.rate_limit:
        return None
    path = settings.data / "pace.mdb"
    try:
        return Pace.open(path, settings.rate_limit)
    except OSError as fault:
        raise SettingsError(f"cannot use {path}: {fault.strerror}") from None


class Runtime:
    """Everything one worker process needs to answer requests."""

    def __init__(self, settings: Settings) -> None:
        self._settings: Final = settings
        self.database: Final = open_database(settings)
        self._feed: Final = self.database.feed(settings.data)
        self._log: Final = DecisionLog(settings.data / DECISIONS, when_full=self._write_decisions)
        self._recording: Final = ThreadPoolExecutor(1, "decisions")
        self._writing_decisions: Future[None] | None = None
        self._nonces: Final = open_nonces(settings)
        self._pace: Final = open_pace(settings)
        self._readers: Final = ThreadPoolExecutor(READERS - 1, "reader")
        self._writer: Final = ThreadPoolExecutor(1, "writer")
        self.views: Final = Views(self.database, self._feed)
        self._desk: Final = Desk(Keys(clock, private=settings.allow_private_issuers))
        self.seen_keys: Final = SeenKeys(self.database)
        self._writing_uses: Future[None] | None = None
        self.issuer: Final = RingIssuer(self.views, random_bytes)
        seal = RingSeal(self.views, os.urandom)
        self.sessions: Final = ConsoleSessions(settings.console_idle * 60)
        self.ports: Final = Ports(
            catalogue=CATALOGUE,
            authenticator=self._authenticator(),
            console=self.sessions,
            views=self.views,
            database=self.database,
            issuer=self.issuer,
            seal=DiagnosticSeal(seal.seal, seal.open),
            seen_keys=self.seen_keys,
            recorder=Recorder(self._log),
            decisions=DecisionReader(settings.data / DECISIONS),
            clock=clock,
            entropy=random_bytes,
            request_id=new_request_id,
            readers=self._readers,
            writer=self._writer,
            outside=self._desk,
            region=settings.region,
            default_format=settings.default_format,
        )
        self.pipeline: Final = Pipeline(self.ports)
        self.hashing: Final = Hashing()
        self.door: Final = self._door()
        self._proxies: Final = ProxyTrust(settings.trusted_proxies)
        self.front: Final = Front(self.pipeline, pages(CATALOGUE, self.database), self._proxies)

    def _door(self) -> Door:
        new = NewSessions(random_bytes, new_request_id)
        database, hashing, readers, writer = self.database, self.hashing, self._readers, self._writer
        return Door(
            CATALOGUE,
            self.pipeline,
            self._open_sessions(),
            sign_ins=SignIns(database, new, hashing, readers, writer),
            steps=SignInSteps(database, new, hashing, readers=readers, writer=writer, entropy=random_bytes),
            setup=Setup(
                database,
                new,
                hashing,
                readers=readers,
                writer=writer,
                entropy=random_bytes,
                done=SetupFiles(self._settings.data).remove_link,
            ),
        )

    def _open_sessions(self) -> OpenSessions:
        return OpenSessions(
            self.sessions,
            self.views,
            self.database,
            readers=self._readers,
            writer=self._writer,
            clock=clock,
            request_id=new_request_id,
        )

    def _authenticator(self) -> Authenticator:
        if self._pace is None:
            return Authenticator(self.views, self._nonces)
        return PacedAuthenticator(self.views, self._nonces, self._pace, time.time_ns)

    def console_on(self, listeners: Listeners, *, secure: bool) -> Beside | None:
        """Return the console as it is served on its socket; it is made when somebody asks for a page."""
        listener = listeners.console
        if listener is None:
            return None
        names = (listener.getsockname()[0], "localhost", *self._settings.console_hosts)
        api = url_of(listeners.api, secure=secure)
        return Beside(listener, ConsoleFront(lambda: self._console(names, api), self._proxies))

    def gateway_on(self, listeners: Listeners) -> Alongside | None:
        """Return the gateway to run along with the server, if one is wanted."""
        file, listener = self._settings.gateway, listeners.gateway
        if file is None or listener is None:
            return None
        return Alongside(file, self.ports, self._settings.data / GATEWAY_KEY, listener, listeners.check)

    def _console(self, names: tuple[str, ...], api: str) -> Application:
        from daypass.console.app import application  # noqa: PLC0415 (slow to import; on demand)
        from daypass.console.ports import Console  # noqa: PLC0415
        from daypass.console.snippets import Wordings  # noqa: PLC0415

        return application(
            Console(
                door=self.door,
                wordings=Wordings(CATALOGUE),
                names=names,
                once=self._once,
                entropy=random_bytes,
                clock=clock,
                api_url=api,
            )
        )

    def _once(self, account: str, token: str) -> bool:
        """Whether a form's token is used for the first time; remembered for 15 minutes at least."""
        now = clock()
        try:
            self._nonces.use(account, "console form", token, now, now)
        except ApiError as refusal:
            if refusal.declared is NONCE_USED:
                return False
            raise
        return True

    async def every_second(self) -> None:
        """Write the decisions and uses of keys gathered since the last time; what the disk refuses waits."""
        self._write_decisions()
        if self._writing_uses is None or self._writing_uses.done():
            uses = self.seen_keys.take(clock())
            self._writing_uses = self._writer.submit(self._write_uses, uses) if uses else None

    def _write_decisions(self) -> None:
        """Have what is gathered written, unless that is being done; nobody waits for the disk."""
        if self._writing_decisions is None or self._writing_decisions.done():
            self._writing_decisions = self._recording.submit(self._flush)

    def _flush(self) -> None:
        try:
            self._log.flush()
        except OSError as refusal:
            _log.error("the decision log cannot be written", reason=str(refusal))

    def _write_uses(self, uses: dict[str, KeyUse]) -> None:
        try:
            self.seen_keys.write(uses)
        except Exception as fault:  # noqa: BLE001 (whatever it is, requests go on and the uses are written later)
            _log.error("the last uses of AccessKeys cannot be written", reason=str(fault))
            self.seen_keys.give_back(uses)

    def close(self) -> None:
        """Finish what is queued and give everything back."""
        self.hashing.close()
        self._writer.shutdown()
        self._readers.shutdown()
        self._desk.close()
        try:
            self.seen_keys.write_all()
        except DaypassError as refusal:
            _log.error("the last uses of AccessKeys cannot be written", reason=str(refusal))
        self._recording.shutdown()
        try:
            self._log.close()
        except OSError as refusal:
            _log.error("the last decisions cannot be written", reason=str(refusal))
        self._nonces.close()
        if self._pace is not None:
            self._pace.close()
        self._feed.close()
        self.database.close()


def serve(settings: Settings) -> bool:
    """Serve until told to stop; return whether it was told, or has ended because a worker could not start.

    Raises:
        DaypassError: it cannot start; one line for the operator.
    """
    log_to_stderr()
    if settings.ready_file is not None:
        clear_ready_file(settings.ready_file)
    secure = tls_context(settings) is not None
    listeners = open_listeners(settings)
    account = prepare(settings, os.environ)
    api = url_of(listeners.api, secure=secure)
    console = None if listeners.console is None else url_of(listeners.console, secure=secure)
    setup = _setup(settings, console, account)
    gateway = url_of_gateway(settings.gateway, listeners)
    announce = functools.partial(_announce, settings, (api, console, gateway), account=account, setup=setup)
    if settings.workers > 1:
        return Supervisor(settings.workers, _work, settings, listeners, announce).run()
    work(settings, listeners, announce)
    return True


def _setup(settings: Settings, console: str | None, account: str) -> str:
    """Return where the first administrator is made, once; empty without a console, or if there is one."""
    files = SetupFiles(settings.data)
    if console is None:
        return ""
    files.note_console(console)
    database = open_database(settings)
    try:
        if is_set_up(database, account):
            files.remove_link()
            return ""
        return files.write_link(console, make_setup_link(database, account))
    finally:
        database.close()


def open_listeners(settings: Settings) -> Listeners:
    """Open the sockets of the API and of the console.

    Raises:
        DaypassError: one cannot be opened, or the console would send passwords in the clear.
    """
    api = listen(settings.listen)
    gateway, check = listen_for_gateway(settings.gateway)
    if not settings.console:
        return Listeners(api, gateway=gateway, check=check)
    try:
        console = listen(settings.console)
    except CannotListenError as fault:
        raise SettingsError(f"{fault} (for the console; see --console and --no-console)") from None
    if not is_loopback(console) and settings.tls_cert is None and not settings.trusted_proxies:
        raise SettingsError(
            f"the console on {settings.console} needs HTTPS: set --tls-cert and --tls-key, or name a proxy "
            "that speaks it with --trusted-proxy; without, serve it on loopback, or not: --no-console"
        )
    return Listeners(api, console, gateway, check)


def work(settings: Settings, listeners: Listeners, on_ready: Callable[[], None]) -> None:
    """Answer requests in this process until told to stop."""
    tls = tls_context(settings)
    runtime = Runtime(settings)
    server = make_server(
        runtime.front,
        every_second=runtime.every_second,
        on_ready=on_ready,
        tls=tls,
        beside=runtime.console_on(listeners, secure=tls is not None),
        along=runtime.gateway_on(listeners),
    )
    gc.collect()
    gc.freeze()
    try:
        server.run(sockets=[listeners.api])
    finally:
        runtime.close()


def _work(settings: Settings, listeners: Listeners, ready: Connection) -> None:
    """Be one of several workers, for as long as their supervisor lives."""
    log_to_stderr()
    threading.Thread(target=end_with_the_supervisor, daemon=True).start()
    try:
        work(settings, listeners, lambda: ready.send_bytes(b"ready"))
    except (DaypassError, OSError) as fault:
        sys.exit(f"daypass: {fault}")


def end_with_the_supervisor() -> None:
    """Wait for the supervisor's end, in case it is killed and cannot tell, then end as if told."""
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        multiprocessing.connection.wait([supervisor.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)


def log_to_stderr() -> None:
    """Write log entries as JSON lines to standard error; standard output is for the ready line."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        # What standard error is then: it may have been another, closed since, when this was set up.
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
    )


def _announce(
    settings: Settings, urls: tuple[str, str | None, str | None], *, account: str, setup: str
) -> None:
    """Say that requests are accepted, on standard output and in the ready file."""
    api, console, gateway = urls
    if settings.ready_file is not None:
        facts = {
            "api": api,
            "console": console,
            "account_id": account,
            "data": str(settings.data),
            "pid": os.getpid(),
        }
        write_ready_file(settings.ready_file, facts if gateway is None else {**facts, "gateway": gateway})
    named = {"api": api, "console": console, "gateway": gateway}
    said = " ".join(f"{name}={url}" for name, url in named.items() if url is not None)
    print(f"daypass ready {said} account={account} data={settings.data}", flush=True)  # noqa: T201 (the interface)
    if setup:
        print(f"daypass setup {setup} (good once, for {VALID_SECONDS // 60} minutes)", flush=True)  # noqa: T201 (as above)
