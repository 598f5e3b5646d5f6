import { LtadError } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { openFolder } from "../open-folder.js";
import { temporaryFolder } from "./fake-npm.js";
import { orOffline } from "./offline.js";

describe("orOffline", () => {
  it("gives what was loaded, or nothing when it could not be fetched", async () => {
    expect(await orOffline(Promise.resolve(7))).toBe(7);
    expect(await orOffline(openFolder("npm:weights@1.2.3", { cacheDir: await temporaryFolder(), offline: true }))).toBeUndefined();
  });

  it("hides no other error", async () => {
    const tampered = new LtadError("LTAD_FETCH", "other bytes", { details: { package: "x@1" } });
    await expect(orOffline(Promise.reject(tampered))).rejects.toBe(tampered);
    await expect(orOffline(Promise.reject(new TypeError("bug")))).rejects.toThrow("bug");
  });
});
