/** Whether a moment of the metadata can be written down and read again. */
export function isTime(ms: number): boolean {
  return ms >= 0 && ms <= Date.UTC(9999, 11, 31);
}

/** Who deleted or replaced something, as far as it could be a DID: it stands in answers. */
export function isKeptBy(by: string | null): boolean {
  return by === null || /^did:[a-z0-9]+:[A-Za-z0-9._:%-]{1,300}$/.test(by);
}
