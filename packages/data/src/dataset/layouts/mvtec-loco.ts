import { childFolder } from "../folder.js";
import type { Layout } from "./layout.js";
import { mvtecClasses, readMvtecFamily } from "./mvtec-family.js";

/**
 * MVTec LOCO AD: as MVTec AD, with the defects logical_anomalies and structural_anomalies and a folder of masks for each image,
 * CLASS/ground_truth/DEFECT/NAME/000.png, 001.png; their union is the defect. CLASS/validation/good is not used.
 * @see https://www.mvtec.com/company/research/datasets/mvtec-loco
 */
export const mvtecLoco: Layout = {
  name: "mvtec-loco",
  title: "MVTec LOCO AD",
  fits: (root, context) =>
    mvtecClasses(root, context).some(({ folder }) => {
      const truth = childFolder(folder, "ground_truth");
      return truth?.folders.some((kind) => kind.folders.some(({ images }) => images.length > 0)) ?? false;
    }),
  read: (root, context) => readMvtecFamily(root, context, { test: "test" }),
};
