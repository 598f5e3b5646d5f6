import { LtadError } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { loadEfficientNetB0 } from "../image/load-efficient-net-b0.js";
import { temporaryFolder } from "./fake-npm.js";
import { orOffline } from "./offline.js";

describe("orOffline", () => {
  it("gives what was loaded, or nothing when it could not be fetched", async () => {
    expect(await orOffline(Promise.resolve(7))).toBe(7);
    expect(await orOffline(loadEfficientNetB0({ cacheDir: await temporaryFolder(), offline: true }))).toBeUndefined();
  });

  it("hides no other error", async () => {
    const tampered = new LtadError("LTAD_FETCH", "other bytes", { details: { package: "x@1" } });
    await expect(orOffline(Promise.reject(tampered))).rejects.toBe(tampered);
    await expect(orOffline(Promise.reject(new TypeError("bug")))).rejects.toThrow("bug");
  });
});
