/** Where imports receive bytes: a starting endpoint clears its own staging folder, not this one. */
export const importStaging = "staging-import";
