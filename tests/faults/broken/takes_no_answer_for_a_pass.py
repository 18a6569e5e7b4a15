"""No pass: an operator that takes it for a pass when Prometheus gives no answer."""

import sys

from golive.__main__ import main
from golive.api.spec import Check
from golive.api.status import Outcome
from golive.decide.judge import Answer, Judged
from golive.decide.judge import judge as careful
from golive.observe import sampler


def judge(check: Check, answer: Answer) -> Judged:
    if answer.unavailable:
        return Judged(Outcome.PASS, "", value=0.0, value_at=answer.asked_at)
    return careful(check, answer)


sampler.judge = judge  # type: ignore[attr-defined]  # breaking it is the purpose

if __name__ == "__main__":
    sys.exit(main())
