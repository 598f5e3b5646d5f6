import { LtadError } from "@ltad/core";
import type { TracingOptions } from "./tracing.js";

type Variables = Readonly<Record<string, string | undefined>>;

const path = "/v1/traces";

/**
 * What OpenTelemetry's standard variables say about traces.
 * @param endpoint of the command line, which takes precedence over the variables that name one
 * @returns undefined where no traces are wanted
 * @throws LtadError `LTAD_CONFIG` for traces by gRPC
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function readOtelVariables(env: Variables, endpoint?: string): TracingOptions | undefined {
  const read = (name: string) => env[name]?.trim() || undefined;
  const otlp = (name: string) => read(`OTEL_EXPORTER_OTLP_TRACES_${name}`) ?? read(`OTEL_EXPORTER_OTLP_${name}`);
  const general = endpoint ?? read("OTEL_EXPORTER_OTLP_ENDPOINT");
  const own = endpoint === undefined ? read("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") : undefined;
  const url = own ?? (general && withPath(general));
  if (url === undefined || (endpoint === undefined && isOff(read))) return undefined;
  const protocol = otlp("PROTOCOL");
  if (endpoint === undefined && protocol === "grpc")
    throw new LtadError(
      "LTAD_CONFIG",
      "OTEL_EXPORTER_OTLP_PROTOCOL: traces are sent by http/protobuf, received grpc. Set it and the endpoint, or OTEL_SDK_DISABLED=true to serve without traces.",
    );
  const name = read("OTEL_SERVICE_NAME");
  return {
    url,
    headers: pairsOf(otlp("HEADERS")),
    resource: { ...pairsOf(read("OTEL_RESOURCE_ATTRIBUTES")), ...(name !== undefined && { "service.name": name }) },
    ...samplingOf(read("OTEL_TRACES_SAMPLER"), read("OTEL_TRACES_SAMPLER_ARG")),
  };
}

function isOff(read: (name: string) => string | undefined): boolean {
  const exporter = read("OTEL_TRACES_EXPORTER") ?? "otlp";
  return read("OTEL_SDK_DISABLED")?.toLowerCase() === "true" || !exporter.split(",").includes("otlp");
}

function withPath(endpoint: string): string {
  const bare = endpoint.replace(/\/+$/, "");
  return bare.endsWith(path) ? bare : bare + path;
}

/** `a=1,b=2`, with values as in a URL. */
function pairsOf(text = ""): Record<string, string> {
  const pairs = text
    .split(",")
    .map((pair) => [pair.slice(0, Math.max(0, pair.indexOf("="))).trim(), pair.slice(pair.indexOf("=") + 1)] as const);
  return Object.fromEntries(pairs.filter(([name]) => name !== "").map(([name, value]) => [name, decoded(value.trim())]));
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** The standard wants names that are not known to count as none. */
function samplingOf(sampler = "", argument = ""): Pick<TracingOptions, "share" | "followsCaller"> {
  const [, parent, kind] = /^(parentbased_)?(always_on|always_off|traceidratio)$/.exec(sampler) ?? [];
  if (kind === undefined) return {};
  const ratio = argument !== "" && Number(argument) >= 0 && Number(argument) <= 1 ? Number(argument) : 1;
  return { share: { always_on: 1, always_off: 0 }[kind] ?? ratio, followsCaller: parent !== undefined };
}
