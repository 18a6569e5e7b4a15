"""RECORD: the status, in one merge patch, and the events, each told once; what figures and traces are made of."""
