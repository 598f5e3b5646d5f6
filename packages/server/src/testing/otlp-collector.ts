import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import protobuf from "protobufjs";

/** What these tests read of OTLP; numbers and types are those of opentelemetry/proto/trace/v1/trace.proto. */
const schema = `syntax = "proto3";
message Request { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { repeated Span spans = 2; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  fixed64 start = 7; fixed64 end = 8; repeated KeyValue attributes = 9; Status status = 15;
}
message Status { int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }`;
const request = protobuf.parse(schema, { keepCase: true }).root.lookupType("Request");

type Attributes = Readonly<Record<string, unknown>>;

/** A span that was received. */
export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly id: string;
  /** The span that it is a part of, or "". */
  readonly parent: string;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly kind: number;
  readonly status: number;
  readonly attributes: Attributes;
  readonly resource: Attributes;
}

/** A collector on this machine: takes traces by OTLP over HTTP, and keeps the spans. */
export async function startCollector(status = () => 200) {
  const spans: ReceivedSpan[] = [];
  const headers: Record<string, unknown>[] = [];
  const take = (body: Buffer) => {
    const code = status();
    if (code === 200) spans.push(...spansIn(body));
    return code;
  };
  const server = createServer((incoming, reply) => {
    headers.push({ ...incoming.headers, url: incoming.url });
    const answer = (code: number) => reply.writeHead(code, { "content-type": "application/x-protobuf" }).end();
    void buffer(incoming).then(take).then(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, headers, close };
}

interface Written {
  readonly resource_spans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scope_spans: readonly { readonly spans: readonly WrittenSpan[] }[];
  }[];
}
interface WrittenSpan {
  readonly trace_id: Buffer;
  readonly span_id: Buffer;
  readonly parent_span_id: Buffer;
  readonly name: string;
  readonly kind: number;
  readonly start: number;
  readonly end: number;
  readonly attributes: readonly KeyValue[];
  readonly status: { readonly code: number } | null;
}
interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

function spansIn(body: Buffer): ReceivedSpan[] {
  const { resource_spans: all } = request.toObject(request.decode(body), { defaults: true, longs: Number }) as Written;
  return all.flatMap(({ resource, scope_spans: scopes }) =>
    scopes.flatMap(({ spans }) => spans.map((span) => spanOf(span, attributesOf(resource.attributes)))),
  );
}

function spanOf(
  { trace_id, span_id, parent_span_id, name, kind, start, end, attributes, status }: WrittenSpan,
  resource: Attributes,
): ReceivedSpan {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
  const ids = { traceId: hex(trace_id), id: hex(span_id), parent: hex(parent_span_id) };
  return {
    name,
    ...ids,
    kind,
    start: start / 1e6,
    end: end / 1e6,
    status: status?.code ?? 0,
    attributes: attributesOf(attributes),
    resource,
  };
}

function attributesOf(pairs: readonly KeyValue[]): Attributes {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]));
}
