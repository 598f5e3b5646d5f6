/** The version of every LTAD package; they are released together. `npm run manifests` copies it from packages/core/package.json. */
export const version = "0.1.0";
