/** The public settings the API gives to its web client (`GET /api/config`). */
export interface ServerConfig {
  readonly backendBaseUrl: string;
  readonly backendPrefix: string;
  /** null: the audience follows from the address. */
  readonly ucanAudience: string | null;
  readonly apiAudience: string;
  readonly version: string;
}

/** Narrows an answer or a remembered copy; null when it is something else. */
export function parseServerConfig(value: unknown): ServerConfig | null {
  if (typeof value !== "object" || value === null) return null;
  const read = (key: string): unknown => Reflect.get(value, key);
  const [backendBaseUrl, backendPrefix, apiAudience, version, ucanAudience] = [
    read("backendBaseUrl"),
    read("backendPrefix"),
    read("apiAudience"),
    read("version"),
    read("ucanAudience"),
  ];
  if (typeof backendBaseUrl !== "string" || typeof backendPrefix !== "string") return null;
  if (typeof apiAudience !== "string" || typeof version !== "string") return null;
  return {
    backendBaseUrl,
    backendPrefix,
    apiAudience,
    version,
    ucanAudience: typeof ucanAudience === "string" ? ucanAudience : null,
  };
}
