// node --import this: the process finds no onnxruntime-node, as on a machine where it is not installed.
import { register } from "node:module";

const hooks = `export function resolve(specifier, context, next) {
  if (specifier === "onnxruntime-node") throw Object.assign(new Error("Cannot find package 'onnxruntime-node'"), { code: "ERR_MODULE_NOT_FOUND" });
  return next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
