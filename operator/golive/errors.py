"""The errors that cross a port; an adapter translates every foreign one into these.

GoLiveError
├── Refused      the API server says the write does not fit what is there (409, 422): look again at once
│   ├── Exists   what was to be created is there already
│   ├── Gone     what was to be written is no longer there (404)
│   └── NotYet   something else has to be over first
├── Denied       not allowed (401, 403): names the verb and the object that the operator's role lacks
├── Overruled    a policy or a webhook refuses or changes what was written: a person must mend it
├── BadQuery     Prometheus refuses the query: a person must mend it
└── Unavailable  no answer in time, or a server's own error: try again

What keeps failing is tried again at a growing distance, but for going back, which is tried all the time.
"""


class GoLiveError(Exception):
    """A failure of the outside, as a sentence for people."""


class Refused(GoLiveError):  # noqa: N818  # named for what happened, as its siblings
    """The write was compared with what is there and did not fit."""


class Exists(Refused):
    """The object is there already."""


class Gone(Refused):
    """The object, or its namespace, is no longer there."""


class NotYet(Refused):
    """Something else has to be over first, and will be in a moment."""


class Denied(GoLiveError):  # noqa: N818  # named for what happened, as its siblings
    """The operator is not allowed to do this."""


class Overruled(GoLiveError):  # noqa: N818  # named for what happened, as its siblings
    """Somebody between the operator and the object will not have it so."""


class Unavailable(GoLiveError):  # noqa: N818  # named for what happened, as its siblings
    """No usable answer in time."""


class BadQuery(GoLiveError):  # noqa: N818  # named for what happened, as its siblings
    """The metrics source understood the request and refuses the query."""
