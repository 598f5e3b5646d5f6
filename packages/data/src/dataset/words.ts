/** How people call a folder of good images, in many languages. Such a name is not trusted everywhere: see {@link isGoodWord}. */
const goodNames = words(
  "good goods ok okay normal nominal pass passed accept accepted approved perfect fine intact healthy flawless undamaged unbroken clean defectfree nodefect " +
    "nodefects nondefective nondefect nodamage noerror noerrors withoutdefect withoutdefects noanomaly nonanomalous anomalyfree nofault faultfree faultless " +
    "gut gute gutteil gutteile guteteile gutbilder io ordentlich inordnung fehlerfrei perfekt bon bonne bons bonnes conforme conformes sansdefaut bueno bueno buena buenos buenas sindefecto " +
    "sindefectos correcto buono buona buoni buone senzadifetti bom boa bons semdefeito semdefeitos aprovado goed goedgekeurd godkand godkanda " +
    "godkendt hyva dobry dobra dobre vporadku vporiadku iyi saglam kusursuz норма нормальные хороший хорошие годный годные бездефектов добре " +
    "良品 正常 合格 合格品 好 正品 정상 양품 양호 합격",
);
/** Names that often mean good images, though not surely. */
const maybeGoodNames = words("negative negatives neg golden reference references master 0 true");
/** What people add to such a name. */
const fillers = words(
  "part parts piece pieces item items product products sample samples specimen unit units image images img imgs picture pictures pic pics photo photos " +
    "file files data only all set dataset class folder front back top bottom left right side view teil teile bild bilder stuck stucke pieces imagen imagenes piezas immagini pezzi imagens pecas " +
    "obrazky zdjecia 画像 图片 图像 样本 이미지",
);
const maskNames = words(
  "groundtruth gt mask masks label labels annotation annotations segmentation segmentations maskimages seg masken maske masque masques mascara " +
    "mascaras maschere マスク 标注 掩膜 掩码 마스크",
);
const badNames = words(
  "bad ng nok ko notok nogood notgood def defect defects defective anomaly anomalies anomalous abnormal abnormality abnormalities fail fails failed failure " +
    "failures fault faults faulty flaw flaws flawed reject rejects rejected scrap broken damage damages damaged cracked dirty error errors imperfect " +
    "nonconforming unacceptable " +
    "schlecht nio nichtinordnung nichtok defekt defekte fehler fehlerhaft ausschuss kaputt beschadigt mangelhaft mauvais defaut defauts malo malos defecto defectos difetti scarto ruim defeito " +
    "defeitos fout брак дефект 不良 不良品 不合格 不合格品 异常 異常 缺陷 次品 破损 불량 결함",
);
const splitNames = words("train test val validation");
const mask = "(?:mask|gt|ground[_-]?truth|label|seg|segmentation|annotation)";
const ending = new RegExp(`^(.+?)[_\\-. ]?${mask}(?:[_\\-. ]?\\d+)?$`, "i");
const beginning = new RegExp(`^${mask}[_\\-. ](.+)$`, "i");
const anyMask = new RegExp(mask, "i");
const numbered = new RegExp(`${mask}[_\\-. ]?\\d+$`, "i");

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" ").map(letters));
}

/** A name without case, accents, spaces and signs; full-width letters are as others. */
function letters(name: string): string {
  return plain(name).replaceAll(/[\s_.\-()[\]]/g, "");
}

function plain(name: string): string {
  return name.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
}

/** A name without numbers and what people add: `ok` of "OK-Teile 2", `nodefect` of "no defect (parts)". */
function core(name: string): string {
  const parts = plain(name.replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1 $2")).split(/\P{L}+/u);
  return parts.filter((part) => part !== "" && !fillers.has(part)).join("");
}

/** Whether a folder's name says that its images are good: ok, OK, Good, normal, defect-free, "OK parts", gut, 良品. */
export function isGoodWord(name: string): boolean {
  return goodNames.has(letters(name)) || goodNames.has(core(name));
}

/** Whether a folder's name is only a word for good ones, without anything added. */
export function isPlainGoodWord(name: string): boolean {
  return goodNames.has(letters(name));
}

/** Whether a folder's name may say so: negative, golden, 0. */
export function isMaybeGoodWord(name: string): boolean {
  return maybeGoodNames.has(letters(name)) || maybeGoodNames.has(core(name));
}

/**
 * Two folders beside each other of which one may hold good and one defective images, though it is not clear which: positive and negative, golden and
 * another, 0 and 1. A product may be called 0 among others, so 0 and 1 are a pair only alone.
 */
export function unclearPair(names: readonly string[]): readonly [string, string] | undefined {
  const first = names.find((name) => isMaybeGoodWord(name) && !/\d/.test(name));
  const other = names.find((name) => name !== first);
  if (first !== undefined && other !== undefined) return [first, other];
  return names.length === 2 && names.includes("0") && names.includes("1") ? ["0", "1"] : undefined;
}

/** Whether a folder's name says that it holds masks. */
export function isMaskWord(name: string): boolean {
  return maskNames.has(letters(name));
}

/** Whether the name of a folder or an image says that it is defective: bad, NG, defects, `ng_012`. */
export function isBadWord(name: string): boolean {
  return badNames.has(letters(name)) || badNames.has(core(name));
}

/** Whether a folder's name says that it is no product: bad, NG, defects, test. */
export function isNoProduct(name: string): boolean {
  return isBadWord(name) || splitNames.has(letters(name)) || splitNames.has(core(name)) || isMaskWord(name);
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
