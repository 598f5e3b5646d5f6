/** An evaluation as one HTML file, under `@ltad/evaluate/report`. */
export { configYaml } from "./report/config-yaml.js";
export { Html, html, raw } from "./report/html.js";
export { style } from "./report/style.js";
export { writeReport } from "./report/write-report.js";
export type { ReportOptions } from "./report/build-report.js";
