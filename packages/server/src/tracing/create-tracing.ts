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
  return ({ name, headers, attributes }): RequestTrace => {
    const zero = Date.now() - performance.now(); // of this request: the clock of the system may have been set since the start
    const date = (time: number) => zero + time;
    const now = () => date(performance.now());
    const caller = propagator.extract(ROOT_CONTEXT, headers, otel.defaultTextMapGetter);
    const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes: { ...attributes }, startTime: now() }, caller);
    const within = trace.setSpan(caller, span);
    const carrier: Record<string, string> = {};
    propagator.inject(within, carrier, otel.defaultTextMapSetter);
    const add = (parent: Context, part: string, start: number, end: number) =>
      tracer.startSpan(part, { startTime: date(start) }, parent).end(date(Math.max(start, end)));
    let lastJudged: number | undefined;
    const startImage = ({ start, model, version }: TracedImage) => {
      const own = { "ltad.model": model, "ltad.model_version": version };
      return tracer.startSpan("image", { startTime: date(start), attributes: own }, within);
    };
    return {
      traceId: span.spanContext().traceId,
      traceparent: carrier["traceparent"] ?? "",
      part: (part, start) => add(within, part, start, performance.now()),
      judged(given, answer) {
        const end = (lastJudged = performance.now());
        const image = startImage(given);
        image.setAttributes({ "ltad.class": answer.class, "ltad.class_given": answer.classGiven, "ltad.score": answer.score });
        if (answer.isAnomalous !== undefined) image.setAttribute("ltad.is_anomalous", answer.isAnomalous);
        const began = answer.began === undefined ? undefined : answer.began - zero;
        for (const stage of stagesOf(given.start, end, began, answer)) add(trace.setSpan(within, image), ...stage);
        image.end(date(end));
      },
      failed(given, code) {
        lastJudged = performance.now();
        startImage(given).setAttribute("error.type", code).setStatus({ code: SpanStatusCode.ERROR }).end(date(lastJudged));
      },
      end(more, isFault) {
        if (lastJudged !== undefined) add(within, "answer", lastJudged, performance.now());
        span.setAttributes({ ...more });
        if (isFault) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end(now());
      },
    };
  };
}

type Stage = [name: string, start: number, end: number];

/** When each stage began and ended. The inference process counts its time by itself; no stage leaves its image. */
function stagesOf(start: number, end: number, began: number | undefined, answer: Answer & { readonly waited: number }): Stage[] {
  const taken = start + answer.waited;
  const within = (time: number) => Math.min(Math.max(time, taken), end);
  let at = within(began ?? taken);
  const found: Stage[] = [["queue", start, taken]];
  for (const [name, part] of stages) {
    const ms = answer.timing[part] ?? 0;
    if (ms > 0) found.push([name, at, within(at + ms)]);
    at = within(at + ms);
  }
  return found;
}
