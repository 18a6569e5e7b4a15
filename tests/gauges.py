"""The numbers that checks of fault trials and of the sweep are made of: one gauge for each namespace."""

from dataclasses import dataclass, field


@dataclass
class Gauges:
    """A metric's value in each namespace; set by one thread, scraped by another."""

    metric: str
    values: dict[str, float] = field(default_factory=dict)

    def page(self) -> str:
        """Write them as Prometheus reads them."""
        lines = [f'{self.metric}{{namespace="{name}"}} {value}' for name, value in list(self.values.items())]
        return "\n".join([f"# TYPE {self.metric} gauge", *lines, ""])
