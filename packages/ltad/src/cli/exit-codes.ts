export { exitCodeOf, exitCodes } from "@ltad/core";
