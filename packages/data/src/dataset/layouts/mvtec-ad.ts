import type { Layout } from "./layout.js";
import { mvtecClasses, readMvtecFamily } from "./mvtec-family.js";

/**
 * MVTec AD, MPDD and everything arranged like them: CLASS/train/good, CLASS/test/DEFECT, CLASS/ground_truth/DEFECT/NAME_mask.png;
 * also one class alone, without the folder above.
 * @see https://www.mvtec.com/company/research/datasets/mvtec-ad
 */
export const mvtecAd: Layout = {
  name: "mvtec-ad",
  title: "MVTec AD",
  fits: (root, context) => mvtecClasses(root, context).length > 0,
  read: (root, context) => readMvtecFamily(root, context, { test: "test" }),
};
