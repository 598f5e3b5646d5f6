import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

// The program with few requests and bundles; `npx tsx --conditions=@ltad/source tools/fuzz/main.ts` sends 10,000 and loads 1,000.

it("a server answers hostile requests and corrupted bundles, and lives", async () => {
  const args = ["--conditions=@ltad/source", "--import", import.meta.resolve("tsx"), fileURLToPath(new URL("main.ts", import.meta.url))];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, "--requests", "300", "--bundles", "60"]);
  const lines = stdout.trim().split("\n");
  const { odd, alive, requests, bundles, outcomes } = JSON.parse(lines.at(-1)!) as Record<string, unknown>;
  expect({ odd, alive, requests, bundles, said: lines.slice(0, -1) }).toEqual({
    odd: 0,
    alive: true,
    requests: 300,
    bundles: 60,
    said: [],
  });
  // The generators reach what they should: answers of each kind, bundles that open and bundles that do not.
  expect(outcomes).toMatchObject(
    Object.fromEntries(
      [
        "request 200",
        "request 400",
        "request 403",
        "request 404",
        "request 405",
        "request 422",
        "bundle opened",
        "bundle refused LTAD_BUNDLE",
      ].map((name) => [name, expect.any(Number) as number]),
    ),
  );
}, 600_000);
