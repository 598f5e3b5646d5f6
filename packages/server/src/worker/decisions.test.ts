import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials, makeGenericClientConstructor, Metadata } from "@grpc/grpc-js";
import { type Detector, openDetector, writeBundle } from "@ltad/detector";
import { tinyParts } from "@ltad/detector/testing";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createApp } from "../app.js";
import { inferenceService } from "../grpc/protocol.js";
import { type RunningGrpc, startGrpc } from "../grpc/start-grpc.js";
import { checkDecisionOptions, checkLimitNames } from "../models/decision-options.js";
import type { WorkerOptions } from "../messages.js";
import { fakeEngine } from "../testing/fake-engine.js";
import { fakeModels } from "../testing/fake-models.js";
import { answerJob } from "./answer-job.js";
import { checkDecision } from "./check-decision.js";
import { describeModel } from "./describe-model.js";

// What decides, through all three doors of a server: POST /predict, the protocol over HTTP, and over gRPC.

let folder = "";
let image: Buffer;
let detector: Detector;
let score = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-decisions-"));
  await writeBundle(folder, tinyParts());
  image = await sharp({ create: { width: 50, height: 40, channels: 3, background: "#4080c0" } })
    .png()
    .toBuffer();
  const bare = await openDetector(folder, { threads: 1 });
  ({ score } = await bare.predict(image, { class: "tile" }));
  await bare.dispose();
  const { manifest, ...rest } = tinyParts();
  // 99 good images of tile, 95 of them below the score of our image; four of nut.
  const good = Array.from({ length: 99 }, (_, i) => score + (i - 94.5) / 1000);
  const classes = [
    { good, limit: null },
    { good: [0, 0, 0, score / 1000], limit: null },
  ];
  await writeBundle(folder, { ...rest, manifest: { ...manifest, decision: { falseAlarmRate: 0.01, classes } } });
  detector = await openDetector(folder, { threads: 1 });
});
afterAll(async () => {
  await detector.dispose();
  await rm(folder, { recursive: true });
});

type Decision = Readonly<Record<string, unknown>>;
type Asked = { readonly class: string; readonly false_alarm_rate?: number | string };

/** The same question through all three doors. */
async function decisions(settings: Partial<WorkerOptions>, asked: Asked): Promise<Decision[]> {
  const options = { bundle: folder, maxPixels: 1e6, ...settings };
  const engine = fakeEngine({
    model: await describeModel(detector),
    predict: async (job) => ({ ...(await answerJob(detector, job, options)), waited: 0 }),
  });
  const models = await fakeModels(engine);
  const app = await createApp({ models });
  const grpc = await startGrpc({ models, host: "127.0.0.1", port: 0, modelControl: false });
  try {
    const query = new URLSearchParams(Object.entries(asked).map(([name, value]): [string, string] => [name, String(value)]));
    const predicted = await app.inject({ method: "POST", url: `/predict?${query.toString()}`, payload: image });
    const input = { name: "image", shape: [1], datatype: "BYTES", data: [image.toString("base64")] };
    const inferred = await app.inject({ method: "POST", url: "/v2/models/ltad/infer", payload: { parameters: asked, inputs: [input] } });
    return [predicted.json<Decision>(), ofTensors(inferred.json()), await overGrpc(grpc, asked)];
  } finally {
    await grpc.close(0);
    await app.close();
  }
}

interface Tensors {
  readonly outputs: readonly { readonly name: string; readonly data: readonly unknown[] }[];
}

const ofTensors = ({ outputs }: Tensors): Decision => Object.fromEntries(outputs.map(({ name, data }) => [name, data[0]]));

async function overGrpc({ address }: RunningGrpc, asked: Asked): Promise<Decision> {
  const Client = makeGenericClientConstructor(inferenceService(), "GRPCInferenceService");
  const client = new Client(address, credentials.createInsecure());
  const parameters = Object.fromEntries(
    Object.entries(asked).map(([name, value]) => [name, typeof value === "string" ? { string_param: value } : { double_param: value }]),
  );
  const message = {
    model_name: "ltad",
    parameters,
    inputs: [{ name: "image", datatype: "BYTES", shape: [1], contents: { bytes_contents: [image] } }],
    outputs: [{ name: "threshold" }, { name: "is_anomalous" }, { name: "basis" }],
  };
  const infer = (client as unknown as Record<string, (...args: unknown[]) => void>)["ModelInfer"]!.bind(client);
  const reply = await new Promise<{ raw_output_contents: Buffer[]; outputs: { name: string }[] }>((resolve, reject) =>
    infer(message, new Metadata(), (error: Error | null, found: never) => (error ? reject(error) : resolve(found))),
  );
  client.close();
  const of = (name: string) => reply.raw_output_contents[reply.outputs.findIndex((output) => output.name === name)]!;
  return {
    threshold: of("threshold").readFloatLE(0),
    is_anomalous: of("is_anomalous")[0] === 1,
    basis: of("basis").subarray(4).toString(),
  };
}

const near = (value: number) => expect.closeTo(value, 3) as number;

it("by the model's own rate of false alarms", async () => {
  for (const found of await decisions({}, { class: "tile" }))
    expect(found).toMatchObject({ is_anomalous: false, threshold: near(score + 3.5 / 1000), basis: "promised" });
});

it("by the rate of the server, and of the request before it", async () => {
  const limit = near(score + (89 - 94.5) / 1000);
  for (const found of await decisions({ falseAlarmRate: 0.1 }, { class: "tile" }))
    expect(found).toMatchObject({ is_anomalous: true, threshold: limit, basis: "promised" });
  for (const found of await decisions({}, { class: "tile", false_alarm_rate: 0.1 }))
    expect(found).toMatchObject({ is_anomalous: true, threshold: limit });
  for (const found of await decisions({ falseAlarmRate: 0.1 }, { class: "tile", false_alarm_rate: "0.01" }))
    expect(found).toMatchObject({ is_anomalous: false });
});

it("by the limits of the server before all rates; the p-value stays, and an image of another class is said to be one", async () => {
  const limits = { nut: score / 500 };
  const [predicted, inferred, called] = await decisions({ limits }, { class: "nut", false_alarm_rate: 0.5 });
  for (const found of [predicted, inferred, called])
    expect(found).toMatchObject({ is_anomalous: true, threshold: near(score / 500), basis: "set" });
  for (const found of [predicted, inferred]) expect(found).toMatchObject({ p_value: 0.2, unlike_class: false });
  const [one, other] = await decisions({ limits: { tile: score - 1 } }, { class: "tile" });
  for (const found of [one, other]) expect(found).toMatchObject({ is_anomalous: true, basis: "set", class: "tile", nearest_class: "nut" });
});

it.each(["0", "1", "-1", "NaN", "1e999", "much", ""])("refuses the rate %j, through each door with the same code", async (rate) => {
  const app = await createApp({ models: await fakeModels(fakeEngine({ model: await describeModel(detector) })) });
  const input = { name: "image", shape: [1], datatype: "BYTES", data: ["UE5H"] };
  const replies = await Promise.all([
    app.inject({ method: "POST", url: `/predict?false_alarm_rate=${rate}`, payload: "PNG" }),
    app.inject({ method: "POST", url: "/v2/models/ltad/infer", payload: { parameters: { false_alarm_rate: rate }, inputs: [input] } }),
  ]);
  await app.close();
  for (const reply of replies)
    expect([reply.statusCode, reply.body]).toEqual([400, expect.stringMatching(/LTAD_REQUEST.*false_alarm_rate/)]);
});

it("refuses a rate and limits where the model has no thresholds, and limits of classes that no model has", async () => {
  const app = await createApp({ models: await fakeModels(fakeEngine()) });
  const reply = await app.inject({ method: "POST", url: "/predict?false_alarm_rate=0.1", payload: "PNG" });
  await app.close();
  expect([reply.statusCode, reply.body]).toEqual([400, expect.stringContaining("has no limits")]);
  const bare = { folder, manifest: { ...detector.manifest, decision: undefined } };
  const options = { bundle: folder, maxPixels: 1 };
  expect(() => checkDecision(bare, options)).not.toThrow();
  expect(() => checkDecision(bare, { ...options, limits: { tile: 1 } })).toThrow(/has no limits/);
  expect(() => checkDecision(bare, { ...options, falseAlarmRate: 0.1 })).toThrow(/has no limits/);
  const models = await fakeModels(fakeEngine());
  expect(() => checkLimitNames({ tile: 1 }, models)).not.toThrow();
  expect(() => checkLimitNames({ bolt: 1 }, models)).toThrow(/unknown class "bolt"; expected one of tile, nut/);
  expect(() => checkDecisionOptions({ falseAlarmRate: 0 })).toThrow(/share above 0/);
  expect(() => checkDecisionOptions({ limits: { tile: Number.NaN } })).toThrow(/tile: expected a number/);
});
