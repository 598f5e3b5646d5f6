import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeBundle } from "@ltad/detector";
import { tinyPartsByClass } from "@ltad/detector/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../app.js";
import { Models } from "../models/models.js";
import { fakeEngine } from "../testing/fake-engine.js";

describe("the bundle for the page", () => {
  let folder: string;
  let app: Awaited<ReturnType<typeof createApp>>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ltad-page-"));
    await writeBundle(folder, tinyPartsByClass());
    await writeFile(join(folder, "secret.txt"), "secret");
    const models = await Models.open({ folders: new Map([["parts", folder]]), open: async () => fakeEngine(), log: () => {} });
    app = await createApp({ models });
  });

  afterAll(async () => {
    await app?.close();
    await rm(folder, { recursive: true });
  });

  const get = (file: string) => app.inject(`/bundles/parts/${file}`);

  it("has its manifest and its graphs, and metrics where they were measured", async () => {
    const manifest = (await get("model.json")).json<{ graphs: { head: { file: string } }; files: object; weights: { file: string } }>();
    const { graphs, files, weights } = manifest;
    const { file } = graphs.head;
    expect((await get(file)).rawPayload.equals(await readFile(join(folder, file)))).toBe(true);
    for (const other of Object.keys(files).filter((name) => name !== weights.file)) expect((await get(other)).statusCode, other).toBe(200);
    expect((await get("metrics.json")).json()).toEqual({});
    await writeFile(join(folder, "metrics.json"), '{"classes":{}}');
    expect((await get("metrics.json")).json()).toEqual({ classes: {} });
  });

  it("has no file elsewhere that a link in the bundle leads to", async () => {
    const other = await mkdtemp(join(tmpdir(), "ltad-elsewhere-"));
    await writeFile(join(other, "passwords"), "secret\n");
    await rm(join(folder, "metrics.json"), { force: true });
    await symlink(join(other, "passwords"), join(folder, "metrics.json"));
    expect((await get("metrics.json")).body).toBe("{}");
    await rm(join(folder, "metrics.json"));
    await symlink(join(folder, "model.json"), join(folder, "metrics.json"));
    expect((await get("metrics.json")).json()).toHaveProperty("graphs"); // within the bundle, as Kubernetes mounts files
    await rm(join(folder, "metrics.json"));
    await rm(other, { recursive: true });
  });

  it("has no tables of a class but those that the manifest has, whatever lies at their place", async () => {
    const { classes } = (await get("model.json")).json<{ classes: { file: string }[] }>();
    const { file } = classes[0]!;
    const tables = await readFile(join(folder, file));
    expect((await get(file)).rawPayload.equals(tables)).toBe(true);
    await writeFile(join(folder, "elsewhere"), Buffer.alloc(tables.length, "secret\n"));
    await rm(join(folder, file));
    await symlink(join(folder, "elsewhere"), join(folder, file));
    const reply = await get(file);
    expect([reply.statusCode, reply.body.includes("secret\n")]).toEqual([404, false]);
    await rm(join(folder, file));
    await writeFile(join(folder, file), tables);
  });

  it.each(["secret.txt", "..%2Fsecret.txt", "%2e%2e", "constructor", ""])("has no other file: %s", async (file) => {
    const reply = await get(file);
    expect([reply.statusCode, reply.body.includes("secret\n")]).toEqual([404, false]);
  });

  it("has no weights, which the page does not need", async () => {
    const { weights } = (await get("model.json")).json<{ weights: { file: string } }>();
    expect((await get(weights.file)).statusCode).toBe(404);
  });
});
