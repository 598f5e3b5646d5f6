import { nfc } from "./folder.js";

/** How people call a folder of good images. Such a name is not trusted everywhere: see {@link isGoodWord}. */
const goodNames = new Set(
  "good ok okay normal pass passed fine intact healthy gut io ordentlich bon conforme bueno buono nodefect nodefects defectfree undamaged".split(
    " ",
  ),
);
const maskNames = new Set(
  "groundtruth gt mask masks label labels annotation annotations segmentation segmentations maskimages seg".split(" "),
);
const otherNames = new Set(
  "bad ng nok ko defect defects defective anomaly anomalies anomalous abnormal fail failed faulty reject rejected train test val validation".split(
    " ",
  ),
);
const mask = "(?:mask|gt|ground[_-]?truth|label|seg|segmentation|annotation)";
const ending = new RegExp(`^(.+?)[_\\-. ]?${mask}(?:[_\\-. ]?\\d+)?$`, "i");
const beginning = new RegExp(`^${mask}[_\\-. ](.+)$`, "i");
const anyMask = new RegExp(mask, "i");
const numbered = new RegExp(`${mask}[_\\-. ]?\\d+$`, "i");

function letters(name: string): string {
  return nfc(name)
    .toLowerCase()
    .replaceAll(/[\s_.-]/g, "");
}

/** Whether a folder's name says that its images are good: ok, OK, Good, normal, defect-free. */
export function isGoodWord(name: string): boolean {
  return goodNames.has(letters(name));
}

/** Whether a folder's name says that it holds masks. */
export function isMaskWord(name: string): boolean {
  return maskNames.has(letters(name));
}

/** Whether a folder's name says that it is no product: bad, NG, defects, test. */
export function isNoProduct(name: string): boolean {
  return otherNames.has(letters(name)) || isMaskWord(name);
}

/** The stems of images that a mask of this stem may belong to: `000` for `000`, and also for `000_mask`, `000_GT`, `000_mask_1`, `mask_000`. */
export function imageStemsOf(stem: string): string[] {
  if (!anyMask.test(stem)) return [stem];
  return [stem, ending.exec(stem)?.[1], beginning.exec(stem)?.[1]].filter((found) => found !== undefined);
}

/** Whether a mask's name numbers it among several of one image: `000_mask_1`. */
export function isNumberedMask(stem: string): boolean {
  return numbered.test(stem);
}
