import { LtadError, version } from "@ltad/core";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import { createTracing } from "./create-tracing.js";
import { loadOpenTelemetry, type OpenTelemetry } from "./load-open-telemetry.js";
import type { Tracing, TracingOptions } from "./tracing.js";

/** Milliseconds that the end of the server waits for the last traces to be taken. */
const longestEnd = 5000;

/**
 * Loads OpenTelemetry, and traces requests with it. Its global settings stay as they are.
 * @param log told when traces are not taken, once, and when they are again
 * @throws LtadError `LTAD_CONFIG` when its packages are missing, or for an address or a share that is none
 */
export async function openTracing(options: TracingOptions, log: (message: string) => void): Promise<Tracing> {
  const { headers = {}, resource = {}, share = 1, followsCaller = true } = options;
  const url = checkedUrl(options.url);
  if (!(share >= 0 && share <= 1)) throw new LtadError("LTAD_CONFIG", `tracing: expected a share from 0 to 1, received ${share}.`);
  const otel = await loadOpenTelemetry();
  const exporter = new otel.OTLPTraceExporter({ url: url.href, headers: { ...headers }, timeoutMillis: 4000 });
  const root = new otel.TraceIdRatioBasedSampler(share);
  const provider = new otel.TracerProvider({
    resource: otel
      .defaultResource()
      .merge(otel.resourceFromAttributes({ "service.name": "ltad", "service.version": version, ...resource })),
    sampler: followsCaller ? new otel.ParentBasedSampler({ root }) : root,
    spanProcessors: [new otel.BatchSpanProcessor({ exporter: telling(exporter, url.host, log, otel), scheduledDelayMillis: 2000 })],
  });
  return {
    start: createTracing(otel, provider.getTracer("@ltad/server", version)),
    async close() {
      const limit = new Promise<void>((resolve) => setTimeout(resolve, longestEnd).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), limit]);
    },
  };
}

function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && ["http:", "https:"].includes(url.protocol)) return url;
  throw new LtadError("LTAD_CONFIG", `tracing: expected an address such as http://127.0.0.1:4318, received ${JSON.stringify(text)}.`);
}

/** Logs that traces are lost, which would otherwise go unnoticed, because images are judged without them. */
function telling(exporter: SpanExporter, host: string, log: (message: string) => void, { ExportResultCode }: OpenTelemetry): SpanExporter {
  let isSaid = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const isLost = result.code !== ExportResultCode.SUCCESS;
        if (isLost && !isSaid) log(`traces: ${host} does not accept them (${result.error?.message || "no reason given"}); they are lost`);
        if (!isLost && isSaid) log(`traces: ${host} accepts them again`);
        isSaid = isLost;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}
