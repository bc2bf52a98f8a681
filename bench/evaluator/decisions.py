"""Times decisions: for requests seen before and for requests never seen."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING, Any, Final

import msgspec

from bench.evaluator import questions
from bench.evaluator.engines import Casbin, Cedar, Daypass, Engine, Loaded
from bench.evaluator.questions import Question, QuestionSet, Statement
from bench.figures import Spread, percentile, spread

if TYPE_CHECKING:
    from collections.abc import Sequence

OURS: Final = "daypass"
UNDER_A_SESSION: Final = "daypass, session policy besides"

_ROUND_SERIALS: Final = 1_000_000
_LEAST_ASKED: Final = 20


class Plan(msgspec.Struct, frozen=True):
    """How much to measure.

    Attributes:
        sizes: statements of the principal.
        rounds: in each of which every engine is asked.
        distinct: questions that are asked again and again.
        repeats: how often.
        unseen: questions that are asked once.
        seconds: after which an engine is asked no more in one round, once it has answered
            some: slow engines answer fewer.
    """

    sizes: tuple[int, ...] = questions.SIZES
    rounds: int = 3
    distinct: int = 200
    repeats: int = 10
    unseen: int = 2_000
    seconds: float = 2.0


class Decisions(msgspec.Struct, frozen=True):
    """One engine on one set of one size; times in microseconds.

    Attributes:
        load_us: a statement took to parse and compile.
        agreed: share of the answers that equal ours.
        allowed: share of the answers that allow.
    """

    engine: str
    questions: str
    size: int
    load_us: Spread
    seen_p50: Spread
    seen_p99: Spread
    unseen_p50: Spread
    unseen_p99: Spread
    agreed: float
    allowed: float


class _Round(msgspec.Struct, frozen=True):
    load_us: float
    seen: list[float]
    unseen: list[float]
    of_seen: list[bool]
    of_unseen: list[bool]

    def agreements(self, other: _Round) -> list[bool]:
        """Compare answer by answer, as far as both were asked."""
        pairs = [*zip(self.of_seen, other.of_seen, strict=False)]
        pairs += zip(self.of_unseen, other.of_unseen, strict=False)
        return [mine == its for mine, its in pairs]


def measure(plan: Plan) -> list[Decisions]:
    """Measure every set at every size; the peers on the ordinary sets only."""
    session = [questions.Statement("Allow", "iot:*", "*")]
    ours: list[Engine] = [Daypass(OURS), Daypass(UNDER_A_SESSION, session)]
    peers: list[Engine] = [Cedar(), Casbin()]
    results: list[Decisions] = []
    for asked in questions.SETS:
        engines = [*ours, *peers] if asked in questions.ORDINARY else ours[:1]
        for size in plan.sizes:
            rounds = [_round(plan, asked, size, number, engines) for number in range(plan.rounds)]
            results += (_summed(name, asked.name, size, rounds) for name in rounds[0])
            print(f"  {asked.name}, {size:,} statements", flush=True)
    return results


def clock_us() -> float:
    """Return what reading the clock around a call adds to each figure."""
    return percentile(_timed(lambda _: None, [None] * 2_000, 1.0)[0], 0.5)


def _round(
    plan: Plan, asked: QuestionSet, size: int, number: int, engines: Sequence[Engine]
) -> dict[str, _Round]:
    """Put the same questions to every engine, freshly loaded."""
    first = number * _ROUND_SERIALS
    seen = asked.questions(size, plan.distinct, first)
    unseen = asked.questions(size, plan.unseen, first + plan.distinct)
    return {engine.name: _one(plan, engine, asked.statements(size), seen, unseen) for engine in engines}


def _one(
    plan: Plan,
    engine: Engine,
    statements: Sequence[Statement],
    seen: Sequence[Question],
    unseen: Sequence[Question],
) -> _Round:
    start = time.perf_counter()
    loaded = engine.load(statements)
    load_us = (time.perf_counter() - start) / len(statements) * 1e6
    _, old = _timed(loaded.ask, _requests(loaded, seen), plan.seconds)
    again, _ = _timed(loaded.ask, _requests(loaded, [*seen] * plan.repeats), plan.seconds)
    never, new = _timed(loaded.ask, _requests(loaded, unseen), plan.seconds)
    return _Round(load_us, again, never, [*map(loaded.allowed, old)], [*map(loaded.allowed, new)])


def _requests(loaded: Loaded, asked: Sequence[Question]) -> list[Any]:
    return [loaded.request(question) for question in asked]


def _timed(ask: Any, requests: Sequence[Any], seconds: float) -> tuple[list[float], list[Any]]:
    """Ask in turn; return the microseconds each answer took, and the answers."""
    gc.collect()
    gc.freeze()
    clock = time.perf_counter_ns
    times: list[float] = []
    answers: list[Any] = []
    deadline = clock() + seconds * 1e9
    for request in requests:
        start = clock()
        answer = ask(request)
        end = clock()
        times.append((end - start) / 1e3)
        answers.append(answer)
        if end > deadline and len(times) >= _LEAST_ASKED:
            break
    gc.unfreeze()
    return times, answers


def _summed(engine: str, asked: str, size: int, rounds: Sequence[dict[str, _Round]]) -> Decisions:
    taken = [each[engine] for each in rounds]
    answers = [answer for one in taken for answer in (*one.of_seen, *one.of_unseen)]
    agreed = [same for each in rounds for same in each[engine].agreements(each[OURS])]
    return Decisions(
        engine,
        asked,
        size,
        spread(one.load_us for one in taken),
        spread(percentile(one.seen, 0.5) for one in taken),
        spread(percentile(one.seen, 0.99) for one in taken),
        spread(percentile(one.unseen, 0.5) for one in taken),
        spread(percentile(one.unseen, 0.99) for one in taken),
        sum(agreed) / len(agreed),
        sum(answers) / len(answers),
    )
