export { foldText } from "./fold.ts";
export { isStorableText, requireStorableText } from "./storable.ts";
