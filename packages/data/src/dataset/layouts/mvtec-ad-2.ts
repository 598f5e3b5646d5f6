import { childFolder } from "../folder.js";
import type { Layout } from "./layout.js";
import { mvtecClasses, readMvtecFamily } from "./mvtec-family.js";

/**
 * MVTec AD 2: CLASS/train/good, CLASS/test_public/{good,bad} and CLASS/test_public/ground_truth/bad/NAME_mask.png. CLASS/validation/good and the
 * private test sets, which have no labels, are not used.
 * @see https://www.mvtec.com/company/research/datasets/mvtec-ad-2
 */
export const mvtecAd2: Layout = {
  name: "mvtec-ad-2",
  title: "MVTec AD 2",
  fits: (root, context) => mvtecClasses(root, context).some(({ folder }) => childFolder(folder, "test_public") !== undefined),
  read: (root, context) => readMvtecFamily(root, context, { test: "test_public", truthInTest: true }),
};
