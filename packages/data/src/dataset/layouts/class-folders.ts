import type { Folder } from "../folder.js";
import type { LayoutContext } from "./layout.js";

/** A class and its folder. */
export interface ClassFolder {
  readonly name: string;
  readonly folder: Folder;
}

/** The classes of a folder: those inside it that look like one; else the folder itself, when it does and holds one product. */
export function classFolders(
  root: Folder,
  { className }: Pick<LayoutContext, "className">,
  isClass: (folder: Folder) => boolean,
): ClassFolder[] {
  const inside = root.folders.filter(isClass).map((folder) => ({ name: folder.name, folder }));
  if (inside.length > 0) return inside;
  return isClass(root) ? [{ name: className, folder: root }] : [];
}
