"""The traces: each request as a span, and its steps as spans inside, told to a collector by OpenTelemetry.

A span is made when its request is over, from what was observed, so whoever traces nothing pays nothing, and a
span has nothing that the log has not. What OpenTelemetry itself can be told (sampling, headers, attributes of
the service) is read from its own variables, `OTEL_…`.
"""

from typing import Self

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from api.observations import Observation

# Whoever stops us does not wait for a collector that is away.
TOLD_WITHIN_S = 2.0
NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000


class Traces:
    """Makes spans of observations."""

    def __init__(self, processor: SpanProcessor) -> None:
        self._identifiers = Identifiers()
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": "ansinh"}),
            id_generator=self._identifiers,
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("ansinh")

    @classmethod
    def to(cls, collector: str) -> Self:
        """Tell a collector, in the background, by OTLP over HTTP: `http://collector:4318/v1/traces`."""
        return cls(BatchSpanProcessor(OTLPSpanExporter(collector, timeout=TOLD_WITHIN_S)))

    def tell(self, observation: Observation) -> None:
        """Make a request's span and, inside, those of its steps."""
        # Steps are measured by a clock that never jumps; a span stands in the time of all.
        ended_ns = int(observation.ended * NS_PER_S)
        began_ns = ended_ns - int(observation.took_ms * NS_PER_MS)
        self._identifiers.trace = int(observation.trace, 16)
        span = self._tracer.start_span(
            f"{observation.kind} {observation.operation or observation.route}".rstrip(),
            TraceContextTextMapPropagator().extract({"traceparent": observation.caller}, Context()),
            SpanKind.SERVER,
            {key: value for key, value in attributes(observation).items() if value},
            start_time=began_ns,
        )
        if observation.is_fault:
            span.set_status(Status(StatusCode.ERROR))
        if span.is_recording():
            inside = set_span_in_context(span, Context())
            at_ns = began_ns + int((observation.asked - observation.began) * NS_PER_S)
            for name, took_ms in observation.steps():
                step = self._tracer.start_span(name, inside, start_time=at_ns)
                at_ns += int(took_ms * NS_PER_MS)
                step.end(at_ns)
        span.end(ended_ns)

    def close(self) -> None:
        """Tell what is left."""
        self._provider.shutdown()


class Identifiers(RandomIdGenerator):
    """A trace that begins here is the one that the log names already."""

    trace = 0

    def generate_trace_id(self) -> int:
        """The trace of the request that is being told."""
        return self.trace


def attributes(observation: Observation) -> dict[str, str | int | tuple[str, ...]]:
    """What a span tells of a request.

    Source: OpenTelemetry's semantic conventions, for those names that it has.
    """
    return {
        "graphql.operation.type": observation.kind if observation.fields else "",
        "graphql.operation.name": observation.operation,
        "http.route": observation.route,
        "http.response.status_code": observation.status,
        "error.type": observation.codes[0] if observation.codes else "",
        "ansinh.document": observation.document,
        "ansinh.fields": observation.fields,
        "ansinh.viewer": observation.viewer,
        "ansinh.cost": observation.cost,
        "ansinh.incident": observation.incident,
    }
