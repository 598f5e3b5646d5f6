import * as tf from "@tensorflow/tfjs";
import { gradients, registerGradients } from "../gradients/index.js";
import { families } from "../kernels/index.js";
import { refused, withoutGradient } from "../kernels/refused.js";

/** Every kernel that TF.js has a name for. */
export const allKernels = Object.entries(tf)
  .filter(([key, value]) => key === value || key === "_FusedMatMul")
  .map(([key]) => key)
  .sort();

/** The part of the README between its two marks: what can be traced, what has a gradient, and what cannot and why. */
export function kernelTable(): string {
  registerGradients();
  const ours = new Set(gradients.map((g) => g.kernelName));
  const named = (kernel: string) => (ours.has(kernel) ? `**${kernel}**` : kernel);
  const hasGradient = (kernel: string) => tf.getGradient(kernel) !== null && tf.getGradient(kernel) !== undefined;
  const traced = Object.entries(families).map(([family, rows]) => {
    const names = Object.keys(rows)
      .filter((kernel) => allKernels.includes(kernel))
      .sort();
    const [steep, flat] = [names.filter(hasGradient), names.filter((kernel) => !hasGradient(kernel))];
    return `| ${family} | ${steep.map(named).join(" ")} | ${flat.join(" ")} |`;
  });
  const counts = { traced: allKernels.filter((k) => !(k in refused)).length, all: allKernels.length };
  return [
    `${counts.traced} of the ${counts.all} kernels of TF.js ${tf.version_core} can be traced. **Bold**: the gradient is ours.`,
    "",
    "| family | with a gradient | without |",
    "| --- | --- | --- |",
    ...traced,
    "",
    ...byReason(withoutGradient, (why) => why).map(([why, names]) => wrapped(`- No gradient, ${why}: ${names.join(" ")}.`)),
    "",
    "| cannot be traced | why | instead |",
    "| --- | --- | --- |",
    ...byReason(refused, ({ why, instead }) => `${why} | ${instead}`).map(([why, names]) => `| ${names.join(" ")} | ${why} |`),
  ].join("\n");
}

function byReason<T>(entries: Readonly<Record<string, T>>, reason: (value: T) => string): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const [name, value] of Object.entries(entries)) groups.set(reason(value), [...(groups.get(reason(value)) ?? []), name]);
  return [...groups];
}

/** An item of a list, in lines of at most 120 columns. */
function wrapped(item: string): string {
  return item.replaceAll(/(.{1,118})(?: |$)/g, "$1\n  ").trimEnd();
}

/** The README with a fresh table. */
export function withKernelTable(readme: string): string {
  const [before, after] = [readme.split("<!-- kernels -->\n")[0], readme.split("<!-- /kernels -->")[1]];
  if (before === undefined || after === undefined) throw new Error("README.md: the marks of the kernel table are missing");
  return `${before}<!-- kernels -->\n\n${kernelTable()}\n\n<!-- /kernels -->${after}`;
}
