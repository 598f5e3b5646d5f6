import { spawn } from "node:child_process";
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { tinyDataset } from "@ltad/evaluate/testing";
import { expect, it, onTestFinished } from "vitest";
import { brightnessBundle } from "../../testing/brightness-bundle.js";
import { ltad, temporaryFolder } from "../../testing/test-io.js";

const main = fileURLToPath(new URL("../../../main.ts", import.meta.url));

it("judges each of many images once, though the process is killed again and again", async () => {
  const root = await temporaryFolder();
  const model = await brightnessBundle(join(root, "model"), ["tile"]);
  const data = await tinyDataset(join(root, "data"), { tile: { train: 0, good: 1, defect: 0 } });
  const [folder, results] = [join(root, "inbox"), join(root, "inbox-results/results.jsonl")];
  await mkdir(folder);
  for (let i = 0; i < 300; i++) await copyFile(join(data, "tile/test/good/0.png"), join(folder, `${i}.png`));
  const filesIn = async () => {
    const text = await readFile(results, "utf8").catch(() => "");
    return text
      .split("\n")
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { file: string }).file);
  };
  for (const enough of [1, 60, 120]) {
    const options = ["--conditions=@ltad/source", "--import", import.meta.resolve("tsx"), main];
    const child = spawn(process.execPath, [...options, "watch", folder, "--model", model, "--overlays", "all"], { stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    while ((await filesIn()).length < enough) await wait(5);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
  }
  expect((await ltad("watch", folder, "--model", model, "--once")).code).toBe(0);
  const files = await filesIn();
  expect([files.length, new Set(files).size]).toEqual([300, 300]);
});
