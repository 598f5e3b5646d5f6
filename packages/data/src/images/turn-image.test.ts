import { createRng } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { type Turn, turnImage, turns } from "./turn-image.js";

/** A turn by its plain definition, on rows of pixels. */
const definitions: Readonly<Record<Turn, <T>(rows: readonly (readonly T[])[]) => readonly (readonly T[])[]>> = {
  mirror: (rows) => rows.map((row) => row.toReversed()),
  flip: (rows) => rows.toReversed(),
  "180": (rows) => rows.toReversed().map((row) => row.toReversed()),
  "90": (rows) => rows[0]!.map((_, x) => rows.map((row) => row[x]!)).toReversed(), // the last column becomes the first row
  "270": (rows) => rows[0]!.map((_, x) => rows.map((row) => row[x]!).toReversed()), // the first column, from below, becomes the first row
};

/** np.arange(27).reshape(3, 3, 3) after fliplr, flipud and rot90 with k = 2, 1, 3; numpy 2.4.6. */
const golden: Readonly<Record<Turn, readonly number[]>> = {
  mirror: [6, 7, 8, 3, 4, 5, 0, 1, 2, 15, 16, 17, 12, 13, 14, 9, 10, 11, 24, 25, 26, 21, 22, 23, 18, 19, 20],
  flip: [18, 19, 20, 21, 22, 23, 24, 25, 26, 9, 10, 11, 12, 13, 14, 15, 16, 17, 0, 1, 2, 3, 4, 5, 6, 7, 8],
  "180": [24, 25, 26, 21, 22, 23, 18, 19, 20, 15, 16, 17, 12, 13, 14, 9, 10, 11, 6, 7, 8, 3, 4, 5, 0, 1, 2],
  "90": [6, 7, 8, 15, 16, 17, 24, 25, 26, 3, 4, 5, 12, 13, 14, 21, 22, 23, 0, 1, 2, 9, 10, 11, 18, 19, 20],
  "270": [18, 19, 20, 9, 10, 11, 0, 1, 2, 21, 22, 23, 12, 13, 14, 3, 4, 5, 24, 25, 26, 15, 16, 17, 6, 7, 8],
};

const size = 7;
const image = createRng(1).normals(size * size * 3);
const turned = (...list: readonly Turn[]) => list.reduce((input, turn) => turnImage(input, size, turn), image);

describe("turnImage", () => {
  it.each(turns)("%s moves the pixels as its definition does", (turn) => {
    const pixel = (y: number, x: number) => image.slice((y * size + x) * 3, (y * size + x + 1) * 3);
    const rows = Array.from({ length: size }, (_, y) => Array.from({ length: size }, (__, x) => pixel(y, x)));
    const expected = definitions[turn](rows).flatMap((row) => row.flatMap((rgb) => [...rgb]));
    expect(turned(turn)).toEqual(Float32Array.from(expected));
  });

  it.each(turns)("%s agrees with numpy", (turn) => {
    const input = Float32Array.from({ length: 27 }, (_, i) => i);
    expect([...turnImage(input, 3, turn)]).toEqual(golden[turn]);
  });

  it.each<{ list: readonly Turn[] }>([
    { list: ["mirror", "mirror"] },
    { list: ["flip", "flip"] },
    { list: ["180", "180"] },
    { list: ["90", "270"] },
    { list: ["90", "90", "90", "90"] },
  ])("gives the image back after $list", ({ list }) => {
    expect(turned(...list)).toEqual(image);
  });

  it("takes two quarter turns, and a mirror and a flip, for a half turn", () => {
    expect(turned("90", "90")).toEqual(turned("180"));
    expect(turned("270", "270")).toEqual(turned("180"));
    expect(turned("mirror", "flip")).toEqual(turned("180"));
  });

  it("swaps the colours of an even checkerboard, except by a half turn, which keeps them", () => {
    const board = (first: number) => {
      const row = (y: number) => [0, 1, 2, 3].flatMap((x) => new Array<number>(3).fill((first + y + x) % 2));
      return Float32Array.from([0, 1, 2, 3].flatMap(row));
    };
    for (const turn of turns) expect(turnImage(board(0), 4, turn)).toEqual(board(turn === "180" ? 0 : 1));
  });

  it("keeps an image of one pixel, and its input", () => {
    const pixel = Float32Array.of(0.1, 0.2, 0.3);
    for (const turn of turns) expect(turnImage(pixel, 1, turn)).toEqual(pixel);
    const before = image.slice();
    for (const turn of turns) turned(turn);
    expect(image).toEqual(before);
  });
});
