import { join } from "node:path";
import { eachAtOnce } from "@ltad/core";
import { loadMask } from "../../images/load-mask.js";
import type { LayoutContext } from "./layout.js";

/**
 * Which of these masks mark anything. Their pixels are read, because such a data set says in no other way which image is good.
 * @param onFault is given the error of a mask that cannot be read; by default it is thrown
 */
export async function markedMasks(
  paths: readonly string[],
  { root, signal }: Pick<LayoutContext, "root" | "signal">,
  onFault = (error: unknown): void => {
    throw error;
  },
): Promise<ReadonlySet<string>> {
  const marked = new Set<string>();
  await eachAtOnce(
    paths,
    async (path) => {
      try {
        const { data } = await loadMask(join(root, path));
        if (data.includes(1)) marked.add(path);
      } catch (error) {
        onFault(error);
      }
    },
    { signal },
  );
  return marked;
}
