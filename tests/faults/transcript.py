"""What was written in a trial, one line a write, for whoever has to find out why it went as it did."""

from collections.abc import Iterator

from tests.faults.history import History, Write, weights


def lines(history: History) -> Iterator[str]:
    """Write down the history, with the troubles that the test knows of, by seconds from its start."""
    began = min((write.at for write in history.writes), default=0.0)
    known = history.known
    said = [(at, f"the test: {pods} ready pods of green") for at, pods in known.ready]
    said += [(at, "the test: the check breaches") for at, _ in known.breaches]
    said += [(away.begun, f"Prometheus away for {away.ended - away.begun:.1f} s") for away in known.blackouts]
    said += [(write.at, f"operator {write.agent}: {_line(write)}") for write in history.writes]
    return (f"{at - began:8.3f} {line}" for at, line in sorted(said, key=lambda pair: pair[0]))


def _line(write: Write) -> str:
    words = f"{write.verb} {write.kind} {write.name} @{write.version}"
    if write.kind == "httproutes" and not write.is_deletion:
        return f"{words} {weights(write.after)}"
    if write.kind == "golives":
        status = write.status
        told = {name: status.get(name) for name in ("phase", "waitingFor", "message", "step", "rollback")}
        return f"{words} {told}"
    return words
