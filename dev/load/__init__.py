"""A bounded load generator, its log and the figures of that log."""
