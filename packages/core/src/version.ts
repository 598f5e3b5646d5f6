/** The version of every LTAD package: they are released together. `npm run manifests` writes it, from packages/core/package.json. */
export const version = "0.1.0";
