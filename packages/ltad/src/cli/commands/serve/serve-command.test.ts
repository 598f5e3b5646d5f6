import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { ltad, temporaryFolder, testIo } from "../../testing/test-io.js";
import { serveCommand } from "./serve-command.js";

const worker = new URL("../../../../../server/src/__fixtures__/worker.mjs", import.meta.url);
const defaults = {
  host: "127.0.0.1",
  name: "ltad",
  maxMegabytes: 32,
  maxMegapixels: 50,
  maxQueue: 16,
  timeout: 30,
  logLevel: "silent",
  reload: true,
};

it("serves a model until Ctrl-C", async () => {
  const { io, written, interrupt } = testIo();
  const folder = await temporaryFolder();
  await writeFile(join(folder, "model.json"), "{}");
  const served = serveCommand(io, [folder], { ...defaults, port: 0, json: true, worker });
  while (written.stdout === "") await wait(5);
  const { url } = JSON.parse(written.stdout) as { url: string };
  const answer = await fetch(`${url}/predict`, { method: "POST", headers: { "content-type": "image/png" }, body: Uint8Array.of(9) });
  expect(await answer.json()).toMatchObject({ score: 9 });
  interrupt();
  await served;
  await expect(fetch(`${url}/v2/health/live`)).rejects.toThrow("fetch failed");
});

it.each([
  ["two models of one name", ["serve", "a/model", "b/model"], /Two models have the name model/],
  ["no model", ["serve"], /expected a model folder/],
  ["a port that is none", ["serve", "a", "--port", "70000"], /whole number from 0 to 65535/],
])("refuses %s", async (_, argv, message) => {
  const { code, stdout, stderr } = await ltad(...argv);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(message);
});
