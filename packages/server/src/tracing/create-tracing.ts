import type { Context, Tracer } from "@opentelemetry/api";
import type { Answer } from "../messages.js";
import type { OpenTelemetry } from "./load-open-telemetry.js";
import type { RequestTrace, TracedImage, Tracing } from "./tracing.js";

/** What the inference process does with an image, in its order, and the names of its times. */
const stages = [
  ["decode", "decode"],
  ["encode", "encode"],
  ["head", "score"],
  ["maps", "upsample"],
  ["draw", "draw"],
] as const;

/** The spans of a request: itself, its parts, its images, and the stages of each image. */
export function createTracing(otel: OpenTelemetry, tracer: Tracer): Tracing["start"] {
  const { SpanKind, SpanStatusCode, trace, ROOT_CONTEXT } = otel;
  const propagator = new otel.W3CTraceContextPropagator();
  const add = (within: Context, name: string, start: number, end: number) =>
    tracer.startSpan(name, { startTime: start }, within).end(Math.max(start, end));
  return ({ name, headers, attributes }): RequestTrace => {
    const caller = propagator.extract(ROOT_CONTEXT, headers, otel.defaultTextMapGetter);
    const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes: { ...attributes } }, caller);
    const within = trace.setSpan(caller, span);
    const carrier: Record<string, string> = {};
    propagator.inject(within, carrier, otel.defaultTextMapSetter);
    let lastJudged: number | undefined;
    const imageOf = ({ start, model, version }: TracedImage) => {
      lastJudged = performance.now();
      const own = { "ltad.model": model, "ltad.model_version": version };
      const image = tracer.startSpan("image", { startTime: start, attributes: own }, within);
      return { image, inImage: trace.setSpan(within, image) };
    };
    return {
      traceId: span.spanContext().traceId,
      traceparent: carrier["traceparent"] ?? "",
      part: (part, start) => add(within, part, start, performance.now()),
      judged(given, answer) {
        const { image, inImage } = imageOf(given);
        image.setAttributes({ "ltad.class": answer.class, "ltad.class_given": answer.classGiven, "ltad.score": answer.score });
        if (answer.isAnomalous !== undefined) image.setAttribute("ltad.is_anomalous", answer.isAnomalous);
        for (const [stage, start, end] of stagesOf(given.start, lastJudged!, answer)) add(inImage, stage, start, end);
        image.end(lastJudged);
      },
      failed(given, code) {
        const { image } = imageOf(given);
        image.setAttribute("error.type", code).setStatus({ code: SpanStatusCode.ERROR }).end(lastJudged);
      },
      end(more, isFault) {
        if (lastJudged !== undefined) add(within, "answer", lastJudged, performance.now());
        span.setAttributes({ ...more });
        if (isFault) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  };
}

/** When each stage began and ended. The inference process has a clock of its own, which may be a little off: no stage leaves its image. */
function stagesOf(start: number, end: number, { waited, began, timing }: Answer & { readonly waited: number }) {
  const taken = start + waited;
  const within = (time: number) => Math.min(Math.max(time, taken), end);
  let at = within(began === undefined ? taken : began - performance.timeOrigin);
  const found: [name: string, start: number, end: number][] = [["queue", start, taken]];
  for (const [name, part] of stages) {
    const ms = timing[part] ?? 0;
    if (ms > 0) found.push([name, at, within(at + ms)]);
    at = within(at + ms);
  }
  return found;
}
