"""`make sweep`: a long sweep with its own seed, or one example again.

make sweep ARGS="--seed 7 --examples 300 --side-by-side 20"
make sweep ARGS="--repeat climb:50 suspend:on release:green"
"""

import argparse
import shutil
import sys
import time
from pathlib import Path
from typing import Final

from dev.cluster import binaries
from dev.endings import end_in_order
from tests.sweep.acts import known
from tests.sweep.course import Course
from tests.sweep.ground import ground

PLACE: Final = Path(__file__).parents[2] / "build" / "sweep"


def main() -> int:
    """Sweep; 1 where something was found."""
    given = _parser().parse_args()
    unknown = [act for act in given.repeat if not known(act)]
    if unknown:
        print(
            f"there is no act {unknown[0]}: write acts as a finding does, such as climb:50", file=sys.stderr
        )
        return 2
    end_in_order()
    binaries.for_tests()
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    began = time.monotonic()
    with ground(PLACE) as shared, shared.operator() as operator:
        course = Course(shared, operator, say=lambda line: print(line, flush=True))
        if given.repeat:
            course.repeat(given.repeat, given.times)
        else:
            course.run(given.seed, given.examples, given.side_by_side)
        course.look_at_the_operator()
    seconds = time.monotonic() - began
    print(f"{course.done} examples, {course.acts} acts, {seconds:.0f} s: {len(course.findings)} findings")
    print("acts in phase " + ", ".join(f"{phase} {count}" for phase, count in course.phases.most_common()))
    return 1 if course.findings else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make sweep", description="Acts on go-lives in any order.")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other examples")
    parser.add_argument("--examples", type=int, default=100, help="how many in all")
    parser.add_argument("--side-by-side", type=int, default=16, help="how many at a time")
    parser.add_argument(
        "--repeat", nargs="+", default=[], metavar="ACT", help="one example, as it is written"
    )
    parser.add_argument("--times", type=int, default=1, help="how often it is repeated, side by side")
    return parser


if __name__ == "__main__":
    sys.exit(main())
