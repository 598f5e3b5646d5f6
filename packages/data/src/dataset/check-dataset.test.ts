import { describe, expect, it } from "vitest";
import { makeFolder, png } from "../testing/make-folder.js";
import { checkDataset } from "./check-dataset.js";
import { scanDataset } from "./scan-dataset.js";

const good = { "a/train/good/0.png": null, "a/test/crack/0.png": null, "a/ground_truth/crack/0_mask.png": null };
const check = async (files: Record<string, Uint8Array | string | null>, options = {}) =>
  checkDataset(await scanDataset(await makeFolder(files)), options);

describe("checkDataset", () => {
  it("gives the sizes and reports progress", async () => {
    const seen: number[] = [];
    const sizes = await check(good, { onProgress: ({ done }: { done: number }) => seen.push(done) });
    expect([...sizes]).toHaveLength(2);
    expect(sizes.get("a/train/good/0.png")).toEqual({ width: 6, height: 4 });
    expect(seen).toEqual([1, 2]);
  });

  it("finds a file that is no image, and counts the others", async () => {
    const call = check({ ...good, "a/train/good/1.png": "text", "a/train/good/2.png": "", "a/test/crack/1.png": "text" });
    await expect(call).rejects.toMatchObject({ code: "LTAD_IMAGE", details: { files: { length: 3 } } });
    await expect(call).rejects.toThrow(
      /a\/test\/crack\/1.png: this is a text file.* 1 more file has the same problem, and 1 more file has other problems/,
    );
  });

  it("finds a mask of another size", async () => {
    await expect(check({ ...good, "a/ground_truth/crack/0_mask.png": await png(5, 4) })).rejects.toThrow(
      /0_mask.png is 5x4 but .*0.png is 6x4/,
    );
  });

  it("finds a truncated image only when it decodes all", async () => {
    const cut = (await png(300, 200)).subarray(0, -30);
    await expect(check({ ...good, "a/train/good/1.png": cut })).resolves.toBeInstanceOf(Map);
    await expect(check({ ...good, "a/train/good/1.png": cut }, { depth: "full" })).rejects.toMatchObject({ code: "LTAD_IMAGE" });
  });

  it("stops on request", async () => {
    await expect(check(good, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "LTAD_ABORTED" });
  });
});
