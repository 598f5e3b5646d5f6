import { expect, it } from "vitest";
import { readOtelVariables } from "./read-otel-variables.js";

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/" };

it.each([
  ["nothing", {}, undefined],
  ["an empty endpoint", { OTEL_EXPORTER_OTLP_ENDPOINT: " " }, undefined],
  ["an endpoint of all signals", endpoint, "http://collector:4318/v1/traces"],
  ["one of traces, as it is", { ...endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://traces/in" }, "http://traces/in"],
  ["no traces", { ...endpoint, OTEL_TRACES_EXPORTER: "none" }, undefined],
  ["nothing at all", { ...endpoint, OTEL_SDK_DISABLED: "True" }, undefined],
])("an environment that says %s", (_, env, url) => {
  expect(readOtelVariables(env)?.url).toBe(url);
});

it.each(["http://here:1", "http://here:1/", "http://here:1/v1/traces"])("an endpoint of the command line wins: %s", (own) => {
  for (const env of [{}, endpoint, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://traces/in", OTEL_SDK_DISABLED: "true" }])
    expect(readOtelVariables(env, own)?.url).toBe("http://here:1/v1/traces");
});

it("reads headers and attributes, those of traces first", () => {
  const env = {
    ...endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: "a=general",
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: "authorization=Bearer%20x=y, b = 2 ,,=3,c=%zz",
    OTEL_RESOURCE_ATTRIBUTES: "service.name=other,deployment.environment=line%207",
    OTEL_SERVICE_NAME: "inspection",
  };
  expect(readOtelVariables(env)).toMatchObject({
    headers: { authorization: "Bearer x=y", b: "2", c: "%zz" },
    resource: { "service.name": "inspection", "deployment.environment": "line 7" },
  });
});

it.each([
  ["", "", {}],
  ["always_on", "", { share: 1, followsCaller: false }],
  ["parentbased_always_off", "", { share: 0, followsCaller: true }],
  ["parentbased_traceidratio", "0.25", { share: 0.25, followsCaller: true }],
  ["traceidratio", "7", { share: 1, followsCaller: false }],
  ["jaeger_remote", "0.5", {}],
])("samples by %s %s", (OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG, expected) => {
  const { url, headers, resource, ...sampling } = readOtelVariables({ ...endpoint, OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG })!;
  expect([url, headers, resource]).toEqual(["http://collector:4318/v1/traces", {}, {}]);
  expect(sampling).toEqual(expected);
});

it("refuses what cannot be sent", () => {
  expect(() => readOtelVariables({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })).toThrow(/received grpc\. Set it and the endpoint/);
  expect(readOtelVariables({ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })).toBeUndefined();
  expect(
    readOtelVariables({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/protobuf" }),
  ).toBeDefined();
});
