// Traces in a real Jaeger: npm run test:fleet
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeBundle } from "@ltad/detector";
import { tinyParts } from "@ltad/detector/testing";
import { expect, it, onTestFinished, vi } from "vitest";
import { startServer } from "../server.js";

const jaeger = "jaeger-all-in-one";
const isThere = spawnSync(jaeger, ["version"]).error === undefined;
const missing = ` (there is no ${jaeger}: build github.com/jaegertracing/jaeger/cmd/all-in-one v1.76.0 with Go)`;

/** Jaeger with its store in memory. @returns where it takes traces, and where it shows them */
async function startJaeger() {
  const listeners = await Promise.all(
    Array.from({ length: 7 }, async () => {
      const listener = createServer().listen(0, "127.0.0.1");
      await once(listener, "listening");
      return listener;
    }),
  );
  const [otlp, query, ...others] = listeners.map((listener) => `127.0.0.1:${(listener.address() as AddressInfo).port}`);
  await Promise.all(listeners.map((listener) => new Promise((resolve) => listener.close(resolve))));
  const names = ["collector.otlp.grpc", "collector.grpc-server", "collector.http-server", "query.grpc-server", "admin.http"];
  const args = names.map((name, i) => `--${name}.host-port=${others[i]}`);
  const own = [`--collector.otlp.http.host-port=${otlp}`, `--query.http-server.host-port=${query}`, ...args];
  const child = spawn(jaeger, own, { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  await expect
    .poll(
      () =>
        fetch(`http://${query}/`).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 30_000 },
    )
    .toBe(200);
  return { takes: `http://${otlp}/v1/traces`, shows: `http://${query}` };
}

interface JaegerSpan {
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly { readonly refType: string; readonly spanID: string }[];
  readonly duration: number;
}

it.skipIf(!isThere)(
  `a request is one trace in Jaeger${isThere ? "" : missing}`,
  async () => {
    const { takes, shows } = await startJaeger();
    const folder = await mkdtemp(join(tmpdir(), "ltad-jaeger-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeBundle(folder, tinyParts());
    vi.stubEnv("NODE_OPTIONS", `--conditions=@ltad/source --import ${import.meta.resolve("tsx")}`); // for the inference process
    const server = await startServer({ bundle: folder, port: 0, processes: 1, tracing: { url: takes } });
    vi.unstubAllEnvs();
    const data = Array.from({ length: 48 }, (_, i) => i);
    const body = JSON.stringify({ inputs: [{ name: "image", datatype: "UINT8", shape: [4, 4, 3], data }] });
    const reply = await fetch(`${server.url}/v2/models/ltad/infer`, { method: "POST", body });
    expect(reply.status).toBe(200);
    const traceId = reply.headers.get("traceparent")!.split("-")[1];
    await server.close();
    const read = async () => {
      const found = (await (await fetch(`${shows}/api/traces/${traceId}`)).json()) as { data: { spans: JaegerSpan[] }[] | null };
      return found.data?.[0]?.spans ?? [];
    };
    await expect.poll(async () => (await read()).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(8);
    const spans = await read();
    const parentOf = (name: string) => {
      const { references } = spans.find(({ operationName }) => operationName === name)!;
      return spans.find(({ spanID }) => spanID === references[0]?.spanID)?.operationName;
    };
    const request = "POST /v2/models/:name/infer";
    expect(["admit", "receive", "image", "answer"].map(parentOf)).toEqual(Array(4).fill(request));
    expect(["queue", "decode", "encode", "head"].map(parentOf)).toEqual(Array(4).fill("image"));
    const { services } = await fetch(`${shows}/api/services`).then(async (all) => ({
      services: ((await all.json()) as { data: string[] }).data,
    }));
    expect(services).toContain("ltad");
  },
  120_000,
);
