"""No breach: an operator that takes it for a breach when Prometheus gives no answer."""

import sys

from golive.__main__ import main
from golive.api.spec import Check
from golive.api.status import Outcome
from golive.decide.judge import Answer, Judged
from golive.decide.judge import judge as careful
from golive.observe import sampler


def judge(check: Check, answer: Answer) -> Judged:
    if answer.unavailable:
        return Judged(Outcome.BREACH, "no answer", rule=0)
    return careful(check, answer)


sampler.judge = judge  # type: ignore[attr-defined]  # breaking it is the purpose

if __name__ == "__main__":
    sys.exit(main())
