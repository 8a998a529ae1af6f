/** Definitions in the Amazon States Language as data: read, draw, edit, put in words. Pure and immutable throughout. */
export * from "./branches";
export * from "./clipboard";
export * from "./connect";
export * from "./describe";
export * from "./document";
export * from "./graph";
export * from "./history";
export * from "./insert";
export { canFail, hasNext, isTerminal, linksOf, mainLink, objectsIn, typeCanFail, withLink } from "./links";
export * from "./names";
export {
  changeAt,
  edgeAddress,
  edgeId,
  escapeToken,
  isObject,
  nameOf,
  own,
  ownerOf,
  pointerOf,
  scopeOf,
  statePath,
  statePointer,
  tokensOf,
  valueAt,
  withEntry,
  within,
  withoutEntry,
} from "./pointer";
export * from "./references";
export { removeStates } from "./remove";
export { renameState } from "./rename";
export * from "./resources";
export { changeState, edgeTarget, scopeOfEdge } from "./scope";
export * from "./sentences";
export * from "./studio";
export * from "./types";
export * from "./walk";
export * from "./wrap";
