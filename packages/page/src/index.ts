export { pageFiles } from "./page-files.js";
export type { PageFile } from "./page-files.js";
export { pagePolicy } from "./page-policy.js";
