import type { Folder } from "../folder.js";
import type { LayoutContext } from "./layout.js";

const date = /^(?:19|20)\d\d[-_. ]?[01]\d[-_. ]?[0-3]\d(?:\D|$)|^[0-3]?\d[-_. ][01]?\d[-_. ](?:19|20)\d\d(?:\D|$)/;

/** Days are rather parts of one product than products. @param options what gives the folders of one product */
export function remarkOnDays(root: Folder, products: readonly Folder[], { remarks }: LayoutContext, options: string): void {
  const days = products.filter((folder) => folder !== root && date.test(folder.name));
  if (days.length < 2) return;
  remarks.matter(
    root.name,
    `its folders ${days[0]!.name}, ${days[1]!.name}${days.length > 2 ? ", ..." : ""} are named as days, and each is read as a product. If they are one, give ${options}.`,
  );
}
