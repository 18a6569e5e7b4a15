"""One example: a namespace, what is done in it, and what comes of it."""

import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from typing_extensions import override

from tests.sweep.acts import perform
from tests.sweep.ending import References, ask_for_a_fresh_version, ends_like, goes_live, mend
from tests.sweep.ground import Ground
from tests.sweep.laws import Laws
from tests.sweep.ledger import Seen
from tests.sweep.world import World

_TRAIL = 40


@dataclass(frozen=True)
class Finding:
    """An example that did not end as it must."""

    acts: tuple[str, ...]
    why: str
    trail: tuple[str, ...] = ()
    """What was stored, last."""

    @override
    def __str__(self) -> str:
        lines = "".join(f"\n    {line}" for line in self.trail)
        again = f"\n  again: make sweep ARGS='--repeat {' '.join(self.acts)}'" if self.acts else ""
        return f"{self.why}{lines}{again}"


@dataclass
class Example:
    """A go-live on which acts are done, and which then must still be able to end well."""

    ground: Ground
    references: References
    namespace: str
    over: Callable[["Example"], None]
    """Called in the end."""
    acts: list[str] = field(default_factory=list)
    phases: Counter[str] = field(default_factory=Counter)
    """In how many acts the go-live was in each phase."""
    finding: Finding | None = None
    world: World = field(init=False)
    laws: Laws = field(init=False)

    def __post_init__(self) -> None:
        self.world = World(self.ground.server, self.namespace, ground=self.ground)
        self.laws = Laws(self.world)
        self._try(self._set_up)

    def do(self, act: str) -> None:
        """Do one act; after a finding nothing more is done."""
        if self.finding is None:
            self.acts.append(act)
            self.phases[self.world.status.get("phase", "none")] += 1
            self._try(lambda: perform(self.world, act))

    def finish(self) -> None:
        """Mend everything, ask for a fresh version, compare its end, and leave."""
        if self.finding is None:
            self._try(self._end)
        self.over(self)
        self.world.leave()

    def _set_up(self) -> None:
        self.world.build()
        self.world.apply()

    def _end(self) -> None:
        mend(self.world)
        target = ask_for_a_fresh_version(self.world)
        reference = self.references.try_out(self.world.read()["spec"])
        goes_live(self.world, target)
        ends_like(self.world, reference.result())

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
            self.laws.look()
            assert not self.laws.broken, "; ".join(self.laws.broken)
        except AssertionError as error:
            self._found(str(error))
        except Exception:  # noqa: BLE001  # whatever goes wrong in a thread is a finding of its example
            self._found(traceback.format_exc())

    def _found(self, why: str) -> None:
        trail = self.world.page.read()[-_TRAIL:]
        self.finding = Finding(tuple(self.acts), why, tuple(map(_line, trail)))


def _line(seen: Seen) -> str:
    if seen.gone:
        return f"{seen.at:.1f} {seen.kind} {seen.name} gone"
    if seen.kind == "HTTPRoute":
        refs = [ref for rule in seen.raw["spec"]["rules"] for ref in rule.get("backendRefs", ())]
        weights = ", ".join(f"{ref['name']} {ref['weight']}" for ref in refs)
        return f"{seen.at:.1f} route {seen.name} {weights}"
    status, spec = seen.raw.get("status", {}), seen.raw["spec"]
    step = status.get("step", {})
    acknowledged = "read back" if step.get("acknowledgedAt") else "asked"
    return (
        f"{seen.at:.1f} golive {seen.raw['metadata']['generation']} to {spec['target']} {spec.get('version', '')}:"
        f" {status.get('phase')} {status.get('waitingFor')}, {step.get('weight')} {acknowledged}; {status.get('message')}"
    )
