"""The scalar types of the API: durations, thresholds and names.

Each is one pattern with one sentence: the API server refuses with it (CEL), and so does the operator.
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema
from typing_extensions import override

from golive.api.rule import Rule, validations

_UNITS: Final = {"h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text of a fixed form and of bounded length."""

    regex: str
    says: str
    length: int

    def rule(self) -> Rule:
        """Make the rule: a bare `pattern` would have the API server print the regular expression."""
        return Rule("self.matches('" + self.regex.replace("\\", "\\\\") + "')", self.says)

    def schema(self, *more: Rule) -> WithJsonSchema:
        """Make the schema, with further rules about the same text."""
        rules = validations(self.rule(), *more)
        return WithJsonSchema({"type": "string", "maxLength": self.length, **rules})

    def read(self, text: object) -> str:
        """Return the text where it fits; raises the sentence."""
        if isinstance(text, str) and len(text) <= self.length and re.fullmatch(self.regex, text):
            return text
        raise self.rule().refusal(text)


# The form of the Gateway API's GEP-2257; five digits keep it far below the 2^63 ns of CEL's duration().
DURATION: Final = Pattern(
    "^([0-9]{1,5}(h|m|s|ms)){1,4}$",
    "write a duration such as 30m, 1h30m or 500ms: hours h, minutes m, seconds s; no sign, no days",
    32,
)
THRESHOLD: Final = Pattern(
    r"^(<=|>=|==|!=|<|>) ?-?[0-9]{1,18}(\.[0-9]{1,12})?(e[-+]?[0-9]{1,2})?$",
    'write a threshold as OPERATOR NUMBER, such as "<= 0.01"; operators: < <= > >= == !=',
    40,
)
_NAME: Final = Pattern(
    "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
    "write a name of lower case letters, digits and '-', such as web-blue; 63 characters at most",
    63,
)
_OBJECT_NAME: Final = Pattern(
    r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    "write the object's name: lower case letters, digits, '-' and '.', such as web-blue",
    253,
)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A comparison with a fixed number, written `OPERATOR NUMBER`."""

    op: str
    limit: float
    written: str = field(default="", compare=False)
    """The number as the manifest has it; empty where it was computed."""

    def holds(self, value: float) -> bool:
        """Tell whether `value OP limit` is true; never for NaN but with `!=`, which callers keep out."""
        return _COMPARE[self.op](value, self.limit)

    @override
    def __str__(self) -> str:
        """Write it as the manifest does."""
        return f"{self.op} {self.written or format(self.limit, '.12g')}"


def parse_duration(text: object) -> timedelta:
    """Read a Go style duration (`1h30m`); an unfit one raises with what to write instead."""
    if isinstance(text, timedelta):
        return text
    parts = re.findall(r"([0-9]+)(ms|h|m|s)", DURATION.read(text))
    return timedelta(milliseconds=sum(int(number) * _UNITS[unit] for number, unit in parts))


def format_duration(span: timedelta) -> str:
    """Write a duration the Go way, largest unit first: `1h30m`, `45s`, `0s`; rounded to milliseconds."""
    milliseconds = round(span / timedelta(milliseconds=1))
    parts = []
    for unit, size in _UNITS.items():
        count, milliseconds = divmod(milliseconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def parse_threshold(text: object) -> Threshold:
    """Read a threshold; an unfit one raises with what to write instead."""
    if isinstance(text, Threshold):
        return text
    number = THRESHOLD.read(text).lstrip("<>=!")
    return Threshold(str(text).removesuffix(number), float(number), number.strip())


_LEAST_INTERVAL: Final = Rule(
    f"!{DURATION.rule().cel} || duration(self) >= duration('1s')", "write an interval of 1s or more"
)


def _one_second(span: timedelta) -> timedelta:
    if span < timedelta(seconds=1):
        raise _LEAST_INTERVAL.refusal(format_duration(span))
    return span


_as_duration = (BeforeValidator(parse_duration), PlainSerializer(format_duration, return_type=str))

Duration = Annotated[timedelta, *_as_duration, DURATION.schema()]
"""A span of time, Go style on the wire."""

Interval = Annotated[timedelta, *_as_duration, AfterValidator(_one_second), DURATION.schema(_LEAST_INTERVAL)]
"""A span of time of 1s or more."""

PassOrBreach = Annotated[
    Threshold,
    BeforeValidator(parse_threshold),
    PlainSerializer(str, return_type=str),
    THRESHOLD.schema(),
]
"""A threshold, `OPERATOR NUMBER` on the wire: specs carry no floats."""

Name = Annotated[str, BeforeValidator(_NAME.read), _NAME.schema()]
"""A DNS label: components, checks, Services."""

ObjectName = Annotated[str, BeforeValidator(_OBJECT_NAME.read), _OBJECT_NAME.schema()]
"""The name of a Deployment or a route: a DNS subdomain."""
