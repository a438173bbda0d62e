"""The metrics, as Prometheus reads them: how much is asked, how it goes, and how full the house is.

A label has few values, all of them ours: kinds, codes and states, never what a caller wrote. Figures that
others keep anyway are read when Prometheus asks, and cost a request nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

# A page takes a few milliseconds, a statement at most 2.5 s, a request at most twice that.
BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
# How long a socket or a subscription is open says nothing about how fast we are.
TIMED = frozenset({"query", "mutation", "unknown", "page"})

Figures = Callable[[], Mapping[str, float]]


@dataclass(frozen=True)
class Reading(Collector):
    """Figures that somebody keeps, by the values of one label; `counts` those that only rise."""

    name: str
    documentation: str
    label: str
    read: Figures
    counts: bool = False

    def collect(self) -> Iterable[Metric]:
        """Read them."""
        kind = CounterMetricFamily if self.counts else GaugeMetricFamily
        family = kind(self.name, self.documentation, labels=[self.label])
        for value, figure in self.read().items():
            family.add_metric([value], figure)
        yield family


@dataclass
class Metrics:
    """The metrics of one process."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._answered = Counter(
            "ansinh_requests",
            "Requests that were answered, by what was asked and by the first code of the answer.",
            ["kind", "code"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "ansinh_request_seconds",
            "How long requests took.",
            ["kind"],
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        self._counters: dict[tuple[str, str], Counter] = {}
        self._histograms = {kind: self._seconds.labels(kind) for kind in TIMED}

    def count(self, kind: str, code: str, took_s: float) -> None:
        """Count a request."""
        counter = self._counters.get((kind, code))
        if counter is None:
            counter = self._counters[kind, code] = self._answered.labels(kind, code)
        counter.inc()
        if kind in TIMED:
            self._histograms[kind].observe(took_s)

    def show(self, name: str, documentation: str, figure: Callable[[], float]) -> None:
        """Show a figure that somebody else keeps."""
        Gauge(name, documentation, registry=self.registry).set_function(figure)

    def show_each(
        self, name: str, documentation: str, label: str, figures: Figures, *, counts: bool = False
    ) -> None:
        """Show figures that somebody else keeps, by the values of a label."""
        self.registry.register(Reading(name, documentation, label, figures, counts))

    def app(self) -> Starlette:
        """What Prometheus asks; not for the public."""

        async def metrics(request: Request) -> Response:
            encoder, content_type = choose_encoder(request.headers.get("accept", ""))
            return Response(encoder(self.registry), headers={"Content-Type": content_type})

        return Starlette(routes=[Route("/metrics", metrics)])
