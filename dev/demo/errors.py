"""What ends the demo early: a sentence for the person who started it, and exit code 2."""


class DemoError(Exception):
    """The demo could not be set up or carried on; says what is wrong and what to do."""


class Late(Exception):  # noqa: N818 - not an error of the demo: something promised did not happen in time
    """An act waited in vain; the act ends here and its promises show it."""
