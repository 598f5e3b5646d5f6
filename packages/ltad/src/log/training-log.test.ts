import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { LtadError } from "@ltad/core";
import { resolveConfig } from "@ltad/train/config";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../cli/testing/test-io.js";
import type { TrainOptions } from "../train-options.js";
import { type Described, openTrainingLog } from "./training-log.js";

async function training(over: Partial<TrainOptions> = {}): Promise<Described> {
  const out = over.out ?? (await temporaryFolder());
  const classes = [{ name: "__proto__", available: 2, train: [] }];
  const plan = { split: { protocol: "full", seed: 7, classes }, config: resolveConfig({ preset: "fast" }), readAs: "", warnings: [] };
  return { options: { out, env: {}, ...over }, plan };
}

const step = (phase: string, done: number, loss: number) => ({ phase, done, total: 2, unit: "steps", values: { loss } });

async function rowsOf(folder: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(join(folder, "log.jsonl"), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("log.jsonl", () => {
  it("has the start, each phase, each step and the end, and goes on when a training is resumed", async () => {
    const first = await training();
    const log = await openTrainingLog(first);
    log.progress({ phase: "encode", done: 1, total: 9, unit: "images" });
    log.progress(step("phase1", 1, 0.5));
    await log.end(new LtadError("LTAD_ABORTED", "stopped"));
    const { out } = first.options;
    const again = await openTrainingLog(await training({ out, resume: true }));
    again.progress(step("phase1", 2, 0.25));
    await again.end();
    const rows = await rowsOf(out);
    expect(rows.map(({ event }) => event)).toEqual(["start", "phase", "phase", "step", "stop", "start", "phase", "step", "end"]);
    expect(rows[0]).toMatchObject({ seed: 7, protocol: "full", resume: false, config: { preset: "fast" } });
    expect(rows.filter(({ event }) => event === "step")).toMatchObject([
      { phase: "phase1", step: 0, loss: 0.5 },
      { phase: "phase1", step: 1, loss: 0.25 },
    ]);
    expect(await readdir(out)).toEqual(["log.jsonl"]); // no TensorBoard unless wanted
  });

  it("says why a training failed", async () => {
    const failed = await training();
    await (await openTrainingLog(failed)).end(new LtadError("LTAD_WRITE", "the disk is full"));
    expect((await rowsOf(failed.options.out)).at(-1)).toMatchObject({ event: "failure", message: "the disk is full" });
  });
});

describe("MLflow", () => {
  it("gets a run with settings, losses and an end; a resumed training goes on in it", async () => {
    const { address, calls } = await fakeMlflow();
    const first = await training({ mlflow: address, env: { MLFLOW_TRACKING_TOKEN: "secret" } });
    const log = await openTrainingLog(first);
    log.progress(step("phase2", 1, 0.5));
    log.progress(step("phase2", 2, Number.NaN));
    expect(await log.end()).toEqual([]);
    expect(calls.map(({ path }) => path)).toEqual([
      "experiments/get-by-name?experiment_name=ltad",
      "experiments/create",
      "runs/create",
      "runs/log-batch",
      "runs/log-batch",
      "runs/update",
    ]);
    expect(new Set(calls.map(({ token }) => token))).toEqual(new Set(["Bearer secret"]));
    expect(calls[3]?.body["params"]).toContainEqual({ key: "copies.upTo", value: "64" });
    expect(calls[4]?.body["metrics"]).toMatchObject([{ key: "phase2/loss", value: 0.5, step: 0 }]);
    expect(calls[5]?.body).toMatchObject({ run_id: "run-1", status: "FINISHED" });

    calls.length = 0;
    const again = await openTrainingLog(await training({ out: first.options.out, mlflow: address, resume: true }));
    await again.end(new LtadError("LTAD_ABORTED", "stopped"));
    expect(calls.map(({ path, body }) => [path, body["status"]])).toEqual([
      ["runs/update", "RUNNING"],
      ["runs/update", "KILLED"],
    ]);
  });

  it("that goes away does not stop a training; what is missing is said", async () => {
    const { address, close } = await fakeMlflow();
    const log = await openTrainingLog(await training({ mlflow: address }));
    await close();
    log.progress(step("phase2", 1, 0.5));
    expect(await log.end()).toEqual([expect.stringMatching(/stopped responding: 1 loss values/)]);
  });

  it.each([
    ["http://127.0.0.1:9", "LTAD_FETCH", /no MLflow server answers there .*Start one with `mlflow server`/],
    ["mlruns", "LTAD_CONFIG", /expected the address of a server, such as http:\/\/127\.0\.0\.1:5000, received mlruns/],
  ])("at %s is refused at the start", async (mlflow, code, message) => {
    const opening = openTrainingLog(await training({ mlflow }));
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

/** A server that keeps what it is told and answers as MLflow does. */
async function fakeMlflow() {
  const calls: { path: string; token: string | undefined; body: Record<string, unknown> }[] = [];
  const answers: Record<string, unknown> = {
    "experiments/create": { experiment_id: "4" },
    "runs/create": { run: { info: { run_id: "run-1" } } },
  };
  const server = createServer((request, response) => void answer(request, response)).listen(0, "127.0.0.1");
  async function answer(request: IncomingMessage, response: ServerResponse) {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const path = request.url!.slice("/api/2.0/mlflow/".length);
    calls.push({ path, token: request.headers.authorization, body: text ? (JSON.parse(text) as Record<string, unknown>) : {} });
    const isMissing = path.startsWith("experiments/get-by-name");
    response.writeHead(isMissing ? 404 : 200, { "content-type": "application/json", connection: "close" });
    response.end(JSON.stringify(isMissing ? { error_code: "RESOURCE_DOES_NOT_EXIST", message: "none" } : (answers[path] ?? {})));
  }
  await once(server, "listening");
  const close = () => new Promise((resolve) => server.close(resolve));
  onTestFinished(() => void close());
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, close };
}
