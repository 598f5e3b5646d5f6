export { directionLogit, posteriorLogit } from "./logit.js";
export { posterior, semanticLoss } from "./loss.js";
export { initProjections, project } from "./project.js";
export { textPrototypes } from "./prototypes.js";
export { semantic } from "./semantic.js";
export type { DirectionParams, PosteriorParams } from "./logit.js";
export type { Projection, Projections } from "./project.js";
export type { ForwardText, Prefixes, TextPrototypes } from "./prototypes.js";
export type { Semantic, SemanticConfig, SemanticInputs, SemanticParams } from "./semantic.js";
