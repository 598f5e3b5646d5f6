/** `@ltad/evaluate/report`: an evaluation as one HTML file. */
export { buildReport } from "./report/build-report.js";
export { configYaml } from "./report/config-yaml.js";
export { readCommand } from "./report/read-command.js";
export { readHistory } from "./report/read-history.js";
export { renderReport } from "./report/render-report.js";
export type { Evaluation } from "./report/report-data.js";
