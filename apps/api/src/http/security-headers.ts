import helmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";
import type { ApiConfig } from "../config.ts";

/** Headers of every answer; the policy of the page, so that a book's inline script never runs with our origin. */
export async function addSecurityHeaders(app: FastifyInstance, config: ApiConfig): Promise<void> {
  const endpoints = [new URL(config.backend.baseUrl).origin, ...config.connectOrigins];
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'", "blob:"],
        imgSrc: ["'self'", "blob:", "data:"],
        fontSrc: ["'self'", "blob:", "data:"],
        frameSrc: ["blob:"],
        workerSrc: ["'self'"],
        connectSrc: ["'self'", "blob:", ...new Set(endpoints)],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
      },
    },
    // Set by whoever ends TLS; on plain HTTP it means nothing.
    strictTransportSecurity: false,
    referrerPolicy: { policy: "no-referrer" },
  });
}
