import { createRng, sha256 } from "@ltad/core";
import { expect, it } from "vitest";
import { canBeSampled, sampleHash, smallest } from "./sample.js";

const images = 20_000;
const candidates = Array.from({ length: images }, (_, i) => ({ id: String(i), hash: sampleHash(Buffer.from(sha256(String(i))), 7) }));

/** As shards and a merge do it. */
function sampleOf(shards: number, size: number) {
  const kept = Array.from({ length: shards }, (_, shard) =>
    candidates.filter(({ hash }, i) => i % shards === shard && canBeSampled(hash, size, images)),
  );
  const order = createRng(shards).shuffle(kept);
  return { sample: order.reduce((merged, part) => smallest([...merged, ...part], size), []), kept: kept.flat().length };
}

it.each([64, 512])("is the same for 1, 7 and 200 shards: %d images", (size) => {
  const expected = smallest(candidates, size);
  for (const shards of [1, 7, 200]) {
    const { sample, kept } = sampleOf(shards, size);
    expect(sample).toEqual(expected);
    expect(kept).toBeLessThan(2.2 * size); // shards hold little more than the sample
  }
});

it("follows from content and seed alone, and names decide between the same content", () => {
  expect(sampleHash(Buffer.from("a"), 1)).not.toBe(sampleHash(Buffer.from("a"), 2));
  expect(sampleHash(Buffer.from("a"), 1)).not.toBe(sampleHash(Buffer.from("b"), 1));
  const [a, b] = [
    { id: "a", hash: "00" },
    { id: "b", hash: "00" },
  ];
  expect(smallest([b, a], 1)).toEqual(smallest([a, b], 1));
});

it("keeps small classes whole", () => {
  expect(canBeSampled("ff".repeat(32), 64, 100)).toBe(true);
  expect(canBeSampled("ff".repeat(32), 64, 10_000)).toBe(false);
});
