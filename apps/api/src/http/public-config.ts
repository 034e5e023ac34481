import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { ApiContext } from "../context.ts";
import { version } from "../version.ts";

export const publicConfig = z.object({
  backendBaseUrl: z.string(),
  backendPrefix: z.string(),
  /** What the endpoint wants as audience; null: `did:web` of its address. */
  ucanAudience: z.string().nullable(),
  apiAudience: z.string(),
  version: z.string(),
});

/** What the page needs to know before anybody signs in. */
export function addPublicConfig(app: FastifyInstance, { config, audience }: ApiContext): void {
  const settings: z.output<typeof publicConfig> = {
    backendBaseUrl: config.backend.baseUrl,
    backendPrefix: config.backend.prefix,
    ucanAudience: config.backend.ucanAudience,
    apiAudience: audience,
    version,
  };
  app.get("/api/config", async () => settings);
}
