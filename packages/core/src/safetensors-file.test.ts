import { mkdtemp, open, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { float32, int32 } from "./array.js";
import { encodeSafetensors } from "./safetensors.js";
import { openSafetensors } from "./safetensors-file.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-safetensors-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const place = (name: string) => join(folder, name);
const refused = (why: string) =>
  expect.objectContaining({ code: "LTAD_WEIGHTS", message: expect.stringContaining(why) as string }) as Error;

describe("one file", () => {
  const arrays = { a: float32([2], [1, 2]), b: int32([1, 2], [3, 4]), c: float32([], [5]) };

  it("tells what is in it and reads what is asked for", async () => {
    await writeFile(place("w.safetensors"), encodeSafetensors(arrays, { k: "v" }));
    const checkpoint = await openSafetensors(place("w.safetensors"));
    expect(checkpoint.tensors).toEqual({
      a: { dtype: "F32", shape: [2] },
      b: { dtype: "I32", shape: [1, 2] },
      c: { dtype: "F32", shape: [] },
    });
    expect(checkpoint.metadata).toEqual({ k: "v" });
    expect(await checkpoint.read(["c", "b"])).toEqual({ c: arrays.c, b: arrays.b });
    await expect(checkpoint.read(["d"])).rejects.toThrow(refused("it has no d"));
  });

  it("refuses one that is cut off, empty, missing, or becomes shorter afterwards", async () => {
    const bytes = encodeSafetensors(arrays);
    for (const length of [0, 7, 20, bytes.length - 1]) {
      await writeFile(place("w.safetensors"), bytes.subarray(0, length));
      await expect(openSafetensors(place("w.safetensors"))).rejects.toThrow(refused("not a readable safetensors file"));
    }
    await expect(openSafetensors(place("none.safetensors"))).rejects.toThrow(refused("cannot be read"));
    await writeFile(place("w.safetensors"), bytes);
    const checkpoint = await openSafetensors(place("w.safetensors"));
    await truncate(place("w.safetensors"), bytes.length - 2);
    await expect(checkpoint.read(["c"])).rejects.toThrow(refused("it ends within c"));
  });

  it("reads behind 2 GiB", async () => {
    const far = 2 ** 31 + 64;
    const header = JSON.stringify({
      hole: { dtype: "F32", shape: [far / 4], data_offsets: [0, far] },
      last: { dtype: "F32", shape: [2], data_offsets: [far, far + 8] },
    });
    const file = await open(place("w.safetensors"), "w"); // the hole takes no room on disk
    const start = Buffer.alloc(8);
    start.writeBigUInt64LE(BigInt(header.length));
    await file.write(Buffer.concat([start, Buffer.from(header)]));
    await file.write(new Uint8Array(Float32Array.of(6, 7).buffer), 0, 8, 8 + header.length + far);
    await file.close();
    const checkpoint = await openSafetensors(place("w.safetensors"));
    expect(await checkpoint.read(["last"])).toEqual({ last: float32([2], [6, 7]) });
  });
});

describe("an index of parts", () => {
  const [one, two] = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
  const write = async (weightMap: unknown) => {
    await writeFile(place(one), encodeSafetensors({ a: float32([1], [1]) }));
    await writeFile(place(two), encodeSafetensors({ b: float32([1], [2]), c: float32([1], [3]) }));
    await writeFile(
      place("model.safetensors.index.json"),
      typeof weightMap === "string" ? weightMap : JSON.stringify({ weight_map: weightMap }),
    );
    return openSafetensors(place("model.safetensors.index.json"));
  };

  it("is read as one", async () => {
    const checkpoint = await write({ a: one, b: two, c: two });
    expect(Object.keys(checkpoint.tensors)).toEqual(["a", "b", "c"]);
    expect(await checkpoint.read(["c", "a"])).toEqual({ c: float32([1], [3]), a: float32([1], [1]) });
    await expect(checkpoint.read(["x"])).rejects.toThrow(refused("it has no x"));
  });

  it.each<[string, unknown, string]>([
    ["is no JSON", "{", "not a readable index"],
    ["has no map", "{}", "it has no weight_map"],
    ["leaves its folder", { a: "../w.safetensors" }, "expected a .safetensors file next to the index"],
    ["leaves its folder on Windows", { a: "..\\w.safetensors" }, "expected a .safetensors file next to the index"],
    ["names another kind of file", { a: "pytorch_model.bin" }, "expected a .safetensors file next to the index"],
    ["names what is not a name", { a: 3 }, "expected a .safetensors file next to the index"],
    ["puts a tensor into the wrong part", { a: two }, `a is not in ${two}`],
    ["names a part that is missing", { a: "model-00003-of-00003.safetensors" }, "cannot be read"],
  ])("is refused when it %s", async (_, map, why) => {
    await expect(write(map)).rejects.toThrow(refused(why));
  });
});
