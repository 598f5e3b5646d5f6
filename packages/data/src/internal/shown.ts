export { hasHidden, shown } from "@ltad/core/format";
