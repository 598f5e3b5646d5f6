import sharp, { type OverlayOptions } from "sharp";

/** A picture in a sheet: a file, or the bytes of one. */
export type Tile = string | Buffer;

export interface SheetOptions {
  /** Side of a tile. */
  readonly side: number;
  readonly gap?: number;
  /** Tiles after which the gap is three times as wide: groups side by side. */
  readonly group?: number;
  /** Above each column. */
  readonly columns?: readonly string[];
  /** Below each tile, row by row. */
  readonly captions?: readonly (readonly string[])[];
}

const textHeight = 22;

/** Tiles in rows on white, with a label above each column and a caption below each tile where there are any. */
export async function sheet(rows: readonly (readonly Tile[])[], options: SheetOptions): Promise<Buffer> {
  const { side, gap = 6, group = Infinity, columns, captions } = options;
  const count = Math.max(...rows.map((row) => row.length));
  const left = (column: number) => column * (side + gap) + Math.floor(column / group) * 2 * gap;
  const head = columns ? textHeight : 0;
  const captionOf = (row: number) => (captions?.[row]?.length ? textHeight : 0);
  const top = (row: number): number => (row === 0 ? head : top(row - 1) + side + captionOf(row - 1) + gap);

  const layers: OverlayOptions[] = (columns ?? []).map((text, i) => ({ input: label(text, side), left: left(i), top: 0 }));
  for (const [y, row] of rows.entries()) {
    for (const [x, tile] of row.entries()) {
      const input = await sharp(tile).resize(side, side).toColourspace("srgb").png().toBuffer();
      layers.push({ input, left: left(x), top: top(y) });
      const caption = captions?.[y]?.[x];
      if (caption) layers.push({ input: label(caption, side), left: left(x), top: top(y) + side });
    }
  }
  const [width, height] = [left(count - 1) + side, top(rows.length) - gap];
  return sharp({ create: { width, height, channels: 3, background: "#ffffff" } })
    .composite(layers)
    .png({ compressionLevel: 9, palette: true, quality: 90 })
    .toBuffer();
}

function label(text: string, width: number): Buffer {
  const words = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${textHeight}"><text x="${width / 2}" y="15" fill="#333333" ` +
      `text-anchor="middle" font-family="Helvetica, Arial, DejaVu Sans, sans-serif" font-size="13">${words}</text></svg>`,
  );
}
