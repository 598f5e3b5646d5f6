// Writes the table of kernels into the README, from the code:
//   npx tsx --conditions=@ltad/source packages/jit/src/__fixtures__/write-readme.ts

import { readFileSync, writeFileSync } from "node:fs";
import { withKernelTable } from "./kernel-table.js";

const path = new URL("../../README.md", import.meta.url);
writeFileSync(path, withKernelTable(readFileSync(path, "utf8")));
