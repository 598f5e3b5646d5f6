import { cp, mkdir, mkdtemp, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LtadError } from "@ltad/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fakeEngine, fakeModel } from "../testing/fake-engine.js";
import { judge } from "./judge.js";
import { Models, type ModelsOptions } from "./models.js";

let folder = "";
const logged: string[] = [];
const closed: string[] = [];
const opened: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-models-"));
  for (const list of [logged, closed, opened]) list.length = 0;
});
afterEach(() => rm(folder, { recursive: true }));

async function bundle(...path: string[]): Promise<string> {
  const place = join(folder, ...path);
  await mkdir(place, { recursive: true });
  await writeFile(join(place, "model.json"), JSON.stringify(path));
  return place;
}

/** Another bundle in a folder, that is newer for sure. */
async function replace(place: string, text = "a new one"): Promise<void> {
  await writeFile(join(place, "model.json"), text);
  await utimes(join(place, "model.json"), new Date(), new Date(Date.now() + 5000));
}

let broken = false;
let attempts = 0;
const engineOf = async (place: string) => {
  attempts++;
  if (broken) throw new LtadError("LTAD_BUNDLE", `${place}: is damaged`);
  opened.push(place);
  return fakeEngine({ close: async () => void closed.push(place), model: { ...fakeModel, created: `time ${opened.length}` } });
};
const open = (options: Partial<ModelsOptions>) =>
  Models.open({ folders: new Map(), open: engineOf, log: (message) => logged.push(message), ...options });

describe("versions", () => {
  it("are the numbered subfolders; the latest answers where none is named", async () => {
    for (const version of ["1", "2", "10", "old", "007"]) await bundle("parts", version);
    const models = await open({ folders: new Map([["parts", join(folder, "parts")]]) });
    expect(models.versions("parts").map(({ version }) => version)).toEqual(["1", "2", "10"]);
    expect([models.find("parts").version, models.find("parts", "2").version]).toEqual(["10", "2"]);
    expect(() => models.find("parts", "3")).toThrow('Unknown version "3" of parts; it has 1, 2, 10.');
    expect(() => models.find("../etc")).toThrow('Unknown model "../etc"; this server has parts.');
  });

  it("come and go with their folders", async () => {
    await bundle("parts", "1");
    const models = await open({ folders: new Map([["parts", join(folder, "parts")]]) });
    await bundle("parts", "2");
    await models.refresh();
    expect(models.find("parts").version).toBe("2");
    await rm(join(folder, "parts", "2"), { recursive: true });
    await models.refresh();
    expect([models.find("parts").version, closed]).toEqual(["1", [join(folder, "parts", "2")]]);
  });
});

describe("a bundle that is replaced", () => {
  it("is taken over, and what has a place at the old one is answered by it", async () => {
    const place = await bundle("model");
    const models = await open({ folders: new Map([["m", place]]) });
    const ticket = models.admit("m");
    const old = models.find("m").engine;
    await models.refresh();
    expect(models.find("m").engine).toBe(old); // nothing has changed
    await replace(place);
    await models.refresh();
    expect(models.find("m").engine).not.toBe(old);
    expect(await judge(ticket, [{ image: Buffer.from("PNG"), map: "none", heatmap: false }])).toMatchObject([{ score: 1.25 }]);
    expect(closed).toEqual([place]);
    expect(logged.at(-1)).toMatch(/^reloaded m version 1: written time 2 by test, 2 classes; it answers as it did when it was trained$/);
  });

  it("stays out when it is broken: the old one serves on, and the log says it once", async () => {
    const place = await bundle("model");
    const models = await open({ folders: new Map([["m", place]]) });
    const old = models.find("m").engine;
    broken = true;
    try {
      await replace(place);
      for (let i = 0; i < 3; i++) await models.refresh();
      expect(models.find("m").engine).toBe(old);
      expect(logged.filter((line) => /is damaged.*continues to serve/.test(line))).toHaveLength(1);
      await expect(models.load("m")).rejects.toMatchObject({ code: "LTAD_BUNDLE" });
    } finally {
      broken = false;
    }
    await models.reload();
    expect([models.find("m").engine === old, models.find("m").reason]).toEqual([false, ""]);
  });

  it("and broken is tried again after a while, which doubles; another one is tried at once", async () => {
    const place = await bundle("model");
    const models = await open({ folders: new Map([["m", place]]) });
    vi.useFakeTimers({ toFake: ["performance"] });
    const look = async (milliseconds: number) => {
      vi.advanceTimersByTime(milliseconds);
      await models.refresh();
      return attempts;
    };
    broken = true;
    attempts = 0;
    try {
      await replace(place);
      expect([await look(0), await look(999), await look(1), await look(1999), await look(1)]).toEqual([1, 1, 2, 2, 3]);
      await replace(place, "one more that is new");
      expect([await look(0), await look(999), await look(1)]).toEqual([4, 4, 5]);
      for (let i = 0; i < 10; i++) await look(60_000); // no wait is longer
      expect(attempts).toBe(15);
      broken = false;
      await look(60_000);
      expect(models.find("m").reason).toBe("");
    } finally {
      broken = false;
      vi.useRealTimers();
    }
  });

  it("is found missing, and the old one serves on", async () => {
    const place = await bundle("model");
    const models = await open({ folders: new Map([["m", place]]) });
    await rm(place, { recursive: true });
    await models.refresh();
    expect(models.find("m").engine).toBeDefined();
    expect(logged.at(-1)).toMatch(/does not exist/);
  });

  it("that was away and is back as it was has nothing wrong", async () => {
    const place = await bundle("model");
    const models = await open({ folders: new Map([["m", place]]) });
    for (let i = 0; i < 2; i++) {
      await rename(place, `${place} away`);
      await models.refresh();
      expect(models.find("m").reason).toMatch(/does not exist/);
      await rename(`${place} away`, place);
      await models.refresh();
      expect(models.find("m").reason).toBe("");
    }
    expect(logged.filter((line) => line.includes("does not exist"))).toHaveLength(2);
  });

  it("is looked at once for all looks that wait, so that a load does not wait for them", async () => {
    const place = await bundle("model");
    const models = await open({ folders: new Map([["m", place]]) });
    broken = true;
    attempts = 0;
    try {
      await replace(place);
      await Promise.all([1, 2, 3, 4, 5].map(() => models.refresh()));
      expect(attempts).toBe(1);
    } finally {
      broken = false;
    }
  });
});

describe("a repository", () => {
  it("is all models in a folder, and takes new ones", async () => {
    await bundle("a");
    await bundle("b", "1");
    await mkdir(join(folder, "nothing"));
    const models = await open({ repository: folder });
    expect([models.names(), models.first]).toEqual([["a", "b"], "a"]);
    await cp(join(folder, "a"), join(folder, "c"), { recursive: true });
    await models.refresh();
    expect(models.names()).toEqual(["a", "b", "c"]);
    await models.close();
    expect(closed).toHaveLength(3);
  });

  it("unloads a model until it is loaded again", async () => {
    await bundle("a");
    const models = await open({ repository: folder });
    await models.unload("a");
    await models.refresh();
    expect(() => models.admit("a")).toThrow("The model a is not loaded.");
    expect(models.ready()).toBe(false);
    await models.load("a");
    expect(models.admit("a").model.name).toBe("a");
    await expect(models.load("../a")).rejects.toMatchObject({ code: "LTAD_NOT_FOUND" });
  });

  it("without any model is refused", async () => {
    await expect(open({ repository: folder })).rejects.toMatchObject({ code: "LTAD_BUNDLE" });
  });
});

it("knows a class in every spelling of Unicode, and refuses others with a short list", async () => {
  const place = await bundle("model");
  const classes = ["D\u00fcbel", ...Array.from({ length: 500 }, (_, i) => `class ${i}`)];
  const engine = fakeEngine({ model: { ...fakeModel, classes } });
  const models = await open({ folders: new Map([["m", place]]), open: async () => engine });
  const job = { image: Buffer.from("PNG"), map: "none", heatmap: false } as const;
  await judge(models.admit("m"), [{ ...job, class: "Du\u0308bel" }]).catch(() => {});
  expect(engine.jobs[0]?.class).toBe("D\u00fcbel");
  const refused = (await judge(models.admit("m"), [{ ...job, class: "x".repeat(5000) }]).catch((error: Error) => error.message)) as string;
  expect(refused).toMatch(/unknown class "xxx.*metadata lists all 501/);
  expect(refused.length).toBeLessThan(600);
});
