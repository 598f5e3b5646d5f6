// Shapes: H, W of the mask; C channels, of which the last is alpha where there is one.

/** Samples of 16 bits, [H, W, C]. */
export interface MaskSamples {
  readonly data: Uint16Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly hasAlpha: boolean;
}

/** Which pixels a mask marks, and by what rule. */
export interface MaskMarks {
  /** [H, W]; 1 defect, 0 good */
  readonly data: Uint8Array;
  /** True when the label is in the alpha channel. */
  readonly alpha: boolean;
  /** True when the edges are soft, so that marks begin at half of the largest value. */
  readonly soft: boolean;
  /** True, and only there, when most pixels are grey, as those of a photograph or a heat map are. */
  readonly photo?: true;
}

/** More values than this, changing from pixel to pixel, are soft edges; fewer are numbers of defects or of kinds. */
const mostLabels = 16;
/** Share of neighbours within the marks that differ: labels differ where two of them touch, soft edges nearly everywhere. */
const softShare = 0.02;
const half = 0x7fff;
/** Share of the pixels between a fifth and nine tenths of the largest value: soft edges are a part of a mask, a photograph is grey nearly everywhere. */
const photoShare = 0.4;
const blackShare = 0.1;

/**
 * The pixels that a mask marks.
 * An alpha channel that varies is the mask: a brush leaves the colour below it as it was. Otherwise it is the brightest colour channel.
 * Every value above 0 marks a defect. Where the edges are soft, marks begin at half of the largest value; in a JPEG, which blurs edges, at half
 * of the range.
 * @returns null when alpha and colour both look like a mask and mark different pixels
 */
export function maskMarks(samples: MaskSamples, isJpeg: boolean): MaskMarks | null {
  const { width, hasAlpha } = samples;
  const colour = brightest(samples);
  const cover = hasAlpha ? channel(samples, samples.channels - 1) : null;
  if (cover === null || isConstant(cover)) return marksOf(colour, width, { alpha: false, isJpeg });
  if (!isConstant(colour) && levels(colour, mostLabels) <= mostLabels && disagree(colour, cover)) return null;
  return marksOf(cover, width, { alpha: true, isJpeg });
}

function marksOf(values: Uint16Array, width: number, { alpha, isJpeg }: { alpha: boolean; isJpeg: boolean }): MaskMarks {
  const isVaried = isSoft(values, width);
  const soft = !isJpeg && isVaried;
  const top = values.reduce((most, v) => Math.max(most, v), 0);
  const from = isJpeg ? half + 1 : soft ? top / 2 : 1;
  const photo = isVaried && isGreyMostly(values, top);
  return { data: Uint8Array.from(values, (v) => (v >= from ? 1 : 0)), alpha, soft, ...(photo && { photo }) };
}

/** A photograph is grey nearly everywhere, and nowhere without light: a mask with soft edges is black where there is no defect. */
function isGreyMostly(values: Uint16Array, top: number): boolean {
  let [grey, black] = [0, 0];
  for (const v of values) {
    if (v > 0.2 * top && v < 0.9 * top) grey++;
    else if (v < 0.02 * top) black++;
  }
  return grey > photoShare * values.length && black < blackShare * values.length;
}

function isSoft(values: Uint16Array, width: number): boolean {
  if (levels(values, mostLabels + 1) <= mostLabels + 1) return false; // with 0
  let [pairs, different] = [0, 0];
  for (let i = 1; i < values.length; i++) {
    if (i % width === 0 || values[i] === 0 || values[i - 1] === 0) continue;
    pairs++;
    if (values[i] !== values[i - 1]) different++;
  }
  return different > softShare * pairs;
}

/** The number of different values; counting ends above `most`. */
function levels(values: Uint16Array, most: number): number {
  const seen = new Set<number>();
  for (let i = 0; i < values.length && seen.size <= most; i++) seen.add(values[i]!);
  return seen.size;
}

/** True when some pixel has colour and no alpha, and another one has alpha and no colour. */
function disagree(colour: Uint16Array, cover: Uint16Array): boolean {
  let [bare, hidden] = [false, false];
  for (let i = 0; i < colour.length; i++) {
    if (colour[i]! > 0 && cover[i] === 0) bare = true;
    if (colour[i] === 0 && cover[i]! > half) hidden = true;
  }
  return bare && hidden;
}

function isConstant(values: Uint16Array): boolean {
  return values.every((v) => v === values[0]);
}

/** The largest colour sample of each pixel. */
function brightest({ data, channels, hasAlpha }: MaskSamples): Uint16Array {
  const colours = hasAlpha ? channels - 1 : channels;
  const out = new Uint16Array(data.length / channels);
  for (let i = 0, at = 0; i < out.length; i++, at += channels) {
    let top = 0;
    for (let c = 0; c < colours; c++) if (data[at + c]! > top) top = data[at + c]!;
    out[i] = top;
  }
  return out;
}

function channel({ data, channels }: MaskSamples, index: number): Uint16Array {
  const out = new Uint16Array(data.length / channels);
  for (let i = 0, at = index; i < out.length; i++, at += channels) out[i] = data[at]!;
  return out;
}
