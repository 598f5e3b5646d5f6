import { childFolder } from "../folder.js";
import type { Layout } from "./layout.js";
import { mvtecClasses, readMvtecFamily } from "./mvtec-family.js";

/**
 * BTAD: CLASS/train/ok, CLASS/test/{ok,ko}, CLASS/ground_truth/ko/NAME.png, with the classes 01, 02 and 03.
 * @see https://github.com/pankajmishra000/VT-ADL
 */
export const btad: Layout = {
  name: "btad",
  title: "BTAD",
  fits: (root, context) =>
    mvtecClasses(root, context).some(({ folder }) => {
      const train = childFolder(folder, "train");
      return train !== undefined && childFolder(train, "ok") !== undefined && childFolder(train, "good") === undefined;
    }),
  read: (root, context) => readMvtecFamily(root, { ...context, goodNames: [...context.goodNames, "ok"] }, { test: "test" }),
};
