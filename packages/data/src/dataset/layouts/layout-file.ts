import { LtadError } from "@ltad/core";
import { z } from "zod";

const patterns = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional();
const schema = z
  .strictObject({
    /** The name of a built-in layout, in place of patterns. */
    layout: z.string().optional(),
    "good-names": z.array(z.string().min(1)).optional(),
    "class-name": z.string().min(1).optional(),
    links: z.boolean().optional(),
    train: patterns,
    good: patterns,
    bad: patterns,
    masks: patterns,
    ignore: patterns,
  })
  .refine(
    ({ layout, train }) => (layout === undefined) !== (train === undefined),
    "expected either `layout` with a name, or patterns with at least `train`",
  );

/** What a layout file says. */
export type LayoutFile = z.infer<typeof schema>;

/**
 * Checks the content of a layout file.
 * @param source the path of the file, for messages
 * @throws LtadError `LTAD_CONFIG` that names all faults
 */
export function checkLayoutFile(value: unknown, source = "layout file"): LayoutFile {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
  const faults = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
  throw new LtadError(
    "LTAD_CONFIG",
    `${source}: ${faults}. A layout file has train, good, bad, masks and ignore with patterns such as {class}/ok/{name}, or layout with a name; it can also set good-names, class-name and links.`,
    { details: { file: source, issues } },
  );
}
