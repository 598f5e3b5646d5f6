/** `@ltad/evaluate/report`: an evaluation as one HTML file. */
export { configYaml } from "./report/config-yaml.js";
export { writeReport } from "./report/write-report.js";
export type { ReportOptions } from "./report/build-report.js";
