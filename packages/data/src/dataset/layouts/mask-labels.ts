import { join } from "node:path";
import { eachAtOnce } from "@ltad/core";
import { loadMask } from "../../images/load-mask.js";
import type { LayoutContext } from "./layout.js";

/** Which of these masks mark anything. Their pixels are read, because such a data set says in no other way which image is good. */
export async function markedMasks(
  paths: readonly string[],
  { root, signal }: Pick<LayoutContext, "root" | "signal">,
): Promise<ReadonlySet<string>> {
  const marked = new Set<string>();
  await eachAtOnce(
    paths,
    async (path) => {
      const { data } = await loadMask(join(root, path));
      if (data.includes(1)) marked.add(path);
    },
    { signal },
  );
  return marked;
}
