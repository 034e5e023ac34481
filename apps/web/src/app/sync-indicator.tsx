/** In words, what sync does at the moment. */
export function SyncIndicator() {
  return null;
}
