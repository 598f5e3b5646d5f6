import type { Colour, Picture } from "../picture.js";

/** picture += alpha (colour * light - picture), pixel by pixel, in place. */
export function blend({ data }: Picture, alpha: ArrayLike<number>, colour: Colour, lightAt: (i: number) => number = () => 1): void {
  for (let i = 0; i < data.length / 3; i++) {
    const a = alpha[i]!;
    if (a === 0) continue;
    const light = lightAt(i);
    for (let c = 0; c < 3; c++) {
      const old = data[i * 3 + c]!;
      data[i * 3 + c] = old + a * (colour[c]! * light - old);
    }
  }
}
