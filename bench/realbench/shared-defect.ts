import { cp, mkdir, readdir } from "node:fs/promises";
import { join, parse } from "node:path";
import { parseArgs } from "node:util";
import { createRng, type Rng } from "@ltad/core";
import sharp from "sharp";

// A copy of the data in which all classes share one defect: every good test image once as it is, and once with a faint scratch, dark on bright
// images and bright on dark ones. The other defects are left out.

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "../shared/realbench" },
    out: { type: "string" },
    /** How much of the scratch's colour a pixel takes, 0 to 1. */
    opacity: { type: "string", default: "0.3" },
  },
});
if (!values.out) throw new Error("--out FOLDER names the folder to write");
const classes = (await readdir(values.data, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
for (const name of classes) {
  const [from, to] = [join(values.data, name), join(values.out, name)];
  await cp(join(from, "train"), join(to, "train"), { recursive: true });
  await cp(join(from, "test", "good"), join(to, "test", "good"), { recursive: true });
  const [images, masks] = [join(to, "test", "scratch"), join(to, "ground_truth", "scratch")];
  await mkdir(images, { recursive: true });
  await mkdir(masks, { recursive: true });
  const files = await readdir(join(from, "test", "good"));
  for (const file of files) {
    const { name: stem } = parse(file);
    await scratch(join(from, "test", "good", file), join(images, `${stem}.png`), join(masks, `${stem}.png`), createRng(`${name}/${stem}`));
  }
  console.error(`${name}: ${files.length} images with a scratch`);
}

async function scratch(file: string, image: string, mask: string, rng: Rng): Promise<void> {
  const picture = sharp(file).toColourspace("srgb");
  const [{ width, height }, { channels }] = await Promise.all([picture.metadata(), picture.stats()]);
  const bright = channels.slice(0, 3).every(({ mean }) => mean > 128);
  const line = curve(rng, width, height);
  const drawing = (colour: string, opacity: string, ground = "none") =>
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${ground}"/>` +
        `<path d="${line}" fill="none" stroke="${colour}" stroke-opacity="${opacity}" stroke-width="${Math.max(width, height) / 150}"/></svg>`,
    );
  await picture
    .composite([{ input: drawing(bright ? "black" : "white", values.opacity) }])
    .png()
    .toFile(image);
  await sharp(drawing("white", "1", "black"))
    .toColourspace("b-w")
    .threshold(128)
    .png()
    .toFile(mask);
}

/** A bent line of a quarter of the image, away from its edges. */
function curve(rng: Rng, width: number, height: number): string {
  const [x, y] = [width * (0.3 + 0.4 * rng.uniform()), height * (0.3 + 0.4 * rng.uniform())];
  const heading = 2 * Math.PI * rng.uniform();
  const half = Math.min(width, height) / 8;
  const at = (along: number, aside: number) =>
    `${x + half * (along * Math.cos(heading) - aside * Math.sin(heading))},${y + half * (along * Math.sin(heading) + aside * Math.cos(heading))}`;
  return `M ${at(-1, 0)} Q ${at(0, 0.3 + 0.3 * rng.uniform())} ${at(1, 0)}`;
}
