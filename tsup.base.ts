import { defineConfig, type Options } from "tsup";

/** One build for every package: ESM with types and source maps, dependencies left outside. */
export function build(options: Options) {
  return defineConfig({
    format: "esm",
    target: "node20",
    platform: "node",
    dts: { compilerOptions: { customConditions: [] } }, // against the built types of the packages below, not their sources
    sourcemap: true,
    clean: true,
    ...options,
  });
}
