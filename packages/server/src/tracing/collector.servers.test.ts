// The collector of OpenTelemetry takes what the server sends it: npm run test:fleet
import { type ChildProcess, fork, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeBundle } from "@ltad/detector";
import { tinyParts } from "@ltad/detector/testing";
import sharp from "sharp";
import { expect, it, onTestFinished } from "vitest";

const isThere = spawnSync("otelcol", ["--version"]).error === undefined;
const why = isThere ? "" : " (there is no otelcol: tools/reference/collector/builder.yaml says how to build it)";
const program = fileURLToPath(new URL("../testing/server-program.ts", import.meta.url));
const traceId = "0af7651916cd43dd8448eb211c80319c";

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  return port;
}

/** Starts the collector, which writes every span that it takes. @returns reads what it has written when that has all the texts */
async function startCollector(folder: string, port: number) {
  const settings = {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    processors: { batch: { timeout: "200ms" } },
    exporters: { debug: { verbosity: "detailed" } },
    service: {
      telemetry: { metrics: { level: "none" } },
      pipelines: { traces: { receivers: ["otlp"], processors: ["batch"], exporters: ["debug"] } },
    },
  };
  await writeFile(join(folder, "collector.yaml"), JSON.stringify(settings)); // JSON is YAML, too
  const child = spawn("otelcol", ["--config", join(folder, "collector.yaml")], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGTERM"));
  let written = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (written += chunk.toString()));
  const read = async (...texts: readonly string[]) => {
    await expect.poll(() => texts.filter((text) => !written.includes(text)), { timeout: 60_000 }).toEqual([]);
    return written;
  };
  await read("Everything is ready");
  return read;
}

it.skipIf(!isThere)(
  `the spans of a request reach a collector, within the trace of their caller${why}`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "ltad-collector-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeBundle(join(folder, "model"), tinyParts());
    const port = await freePort();
    const read = await startCollector(folder, port);
    const tracing = `http://127.0.0.1:${port}/v1/traces`;
    const server: ChildProcess = fork(program, [join(folder, "model"), "0", tracing], {
      execArgv: ["--conditions=@ltad/source", "--import", "tsx"],
    });
    onTestFinished(() => void server.kill("SIGKILL"));
    const [{ url }] = (await once(server, "message")) as [{ url: string }];
    const body = await sharp({ create: { width: 40, height: 30, channels: 3, background: "#4080c0" } })
      .png()
      .toBuffer();
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
    const reply = await fetch(`${url}/predict?class=tile`, { method: "POST", headers, body: new Uint8Array(body) });
    const { score } = (await reply.json()) as { score: number };
    const inference = { inputs: [{ name: "image", shape: [1], datatype: "BYTES", data: [body.toString("base64")] }] };
    expect((await fetch(`${url}/v2/models/ltad/infer`, { method: "POST", body: JSON.stringify(inference) })).status).toBe(200);

    const written = await read("Name           : POST /predict", "Name           : POST /v2/models/:name/infer");
    const spans = written.split(/^Span #\d+$/m).slice(1);
    const named = (name: string) => spans.filter((span) => span.includes(`Name           : ${name}\n`));
    const ofCaller = named("POST /predict");
    expect(ofCaller).toHaveLength(1);
    expect(ofCaller[0]).toMatch(new RegExp(`Trace ID +: ${traceId}\\n +Parent ID +: b7ad6b7169203331\\n`));
    expect(ofCaller[0]).toContain("-> http.response.status_code: Int(200)");
    expect(spans.filter((span) => span.includes(`: ${traceId}\n`)).map((span) => /Name +: (.*)/.exec(span)?.[1])).toEqual(
      expect.arrayContaining(["POST /predict", "admit", "receive", "image", "queue", "decode", "encode", "head", "answer"]),
    );
    expect(named("image").some((span) => span.includes(`-> ltad.score: Double(${score})`))).toBe(true);
    expect(written).toContain("-> service.name: Str(ltad)");
  },
  180_000,
);
