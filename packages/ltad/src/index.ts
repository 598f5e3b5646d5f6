export { openDetector } from "@ltad/detector";
