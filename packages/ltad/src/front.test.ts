import { wrongCalls } from "@ltad/core/testing";
import { expect, it } from "vitest";
import * as front from "./index.js";

const detector = { manifest: {}, predict: () => undefined, encoder: () => undefined };
const none = "/no/such/folder";

// Right in kind: what is asked for is not there, so that nothing is trained.
const calls = {
  train: [none, { out: none, seed: 1 }],
  evaluate: [detector, none, { classes: "folder" }],
  sweep: [none, { out: none, seeds: [1] }],
  addClass: [none, none, { skipBad: true }],
  removeClass: [none, ["nut"], { force: true }],
  updateClass: [none, "nut", [none], { force: true }],
  openDetector: [none, { threads: 1 }],
  scanDataset: [none, { links: false }],
  serve: [{ bundle: none, port: 0 }],
} as const satisfies Partial<Record<keyof typeof front, readonly unknown[]>>;

it.each(Object.entries(calls))("%s refuses what it cannot take in our words", async (name, args) => {
  const run = (front as Readonly<Record<string, unknown>>)[name] as (...args: never[]) => unknown;
  expect(await wrongCalls({ name, run, args })).toEqual([]);
});

it.each([
  [() => front.train("data", { out: "model", seeds: 1 } as never), "train: options.seeds: unknown. Did you mean seed?"],
  [() => front.train("data", {} as never), "train: options.out: expected a text, received nothing."],
  [() => front.evaluate(detector as never, "data", { skipbad: true } as never), "Did you mean skipBad?"],
  [() => front.addClass("model", "data", { goodName: ["ok"] } as never), "Did you mean goodNames?"],
  [() => front.serve({ bundle: "model", timeOut: 5 } as never), "Did you mean timeout?"],
  [() => front.scanDataset("data", { class: "nut" } as never), "Known ones are layout, goodNames, className"],
])("names the option that was meant: %#", async (run, message) => {
  await expect(run()).rejects.toMatchObject({ code: "LTAD_CONFIG", message: expect.stringContaining(message) as string });
});
