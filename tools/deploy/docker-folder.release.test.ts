import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { root } from "../architecture/workspace.js";
import { isBuilt } from "../house/fingerprint.mjs";
import { manage } from "../pack/empty-project.js";

// The Dockerfile copies the folder /app from one stage into another, where the repository is not.

const place = await mkdtemp(join(tmpdir(), "ltad-app-"));
afterAll(() => rm(place, { recursive: true, force: true }));

it.skipIf(!isBuilt())("the folder that becomes the image has all it needs in itself", { timeout: 300_000 }, async () => {
  const [, words = ""] = /^RUN pnpm (.* deploy) \/app /m.exec(readFileSync(join(root, "deploy/Dockerfile"), "utf8")) ?? [];
  const app = join(await realpath(place), "app");
  await manage("pnpm", [...words.split(" "), app], root);
  const all = await readdir(join(app, "node_modules"), { recursive: true, withFileTypes: true });
  const links = all.filter((entry) => entry.isSymbolicLink());
  const targets = await Promise.all(links.map(({ parentPath, name }) => realpath(join(parentPath, name))));
  expect(targets.length).toBeGreaterThan(100);
  expect(targets.filter((target) => !target.startsWith(app))).toEqual([]);
  for (const name of ["@aws-sdk/client-s3", "bullmq", "ioredis", "pg"])
    await expect(realpath(join(app, "node_modules", name)), `${name}, which docs/scale.md promises`).resolves.toContain(app);
  expect(execFileSync(process.execPath, [join(app, "dist/main.js"), "work", "--help"], { encoding: "utf8" })).toContain(
    "ltad work --queue",
  );
});
