import { LtadError } from "@ltad/core";

/** What is used of OpenTelemetry's packages. */
export type OpenTelemetry = Awaited<ReturnType<typeof load>>;

const install =
  "npm install @opentelemetry/api@~1.9.0 @opentelemetry/core@2 @opentelemetry/resources@2 @opentelemetry/sdk-trace@2 @opentelemetry/exporter-trace-otlp-proto@0.223";

/** Its packages are loaded here, so that only servers that trace need them. @throws LtadError `LTAD_CONFIG` when one is missing */
export async function loadOpenTelemetry(): Promise<OpenTelemetry> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    const message = `tracing: packages of OpenTelemetry are missing. Install them: ${install} (OTEL_SDK_DISABLED=true serves without traces).`;
    throw new LtadError("LTAD_CONFIG", message, { cause: error });
  }
}

async function load() {
  const [api, core, resources, sdk, otlp] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/core"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/exporter-trace-otlp-proto"),
  ]);
  const { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, defaultTextMapGetter, defaultTextMapSetter } = api;
  const { BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } = sdk;
  return {
    ROOT_CONTEXT,
    SpanKind,
    SpanStatusCode,
    trace,
    defaultTextMapGetter,
    defaultTextMapSetter,
    BatchSpanProcessor,
    ParentBasedSampler,
    TraceIdRatioBasedSampler,
    TracerProvider,
    ExportResultCode: core.ExportResultCode,
    W3CTraceContextPropagator: core.W3CTraceContextPropagator,
    defaultResource: resources.defaultResource,
    resourceFromAttributes: resources.resourceFromAttributes,
    OTLPTraceExporter: otlp.OTLPTraceExporter,
  };
}
