import type { RequestListener } from "node:http";
import helmet from "helmet";
import type { ApiConfig } from "../config.ts";

/**
 * Headers of every answer, also of those no route makes; the policy of the page, so that a book's inline script
 * never runs with our origin.
 */
export function withSecurityHeaders(config: ApiConfig, listener: RequestListener): RequestListener {
  const endpoints = [new URL(config.backend.baseUrl).origin, ...config.connectOrigins];
  const addHeaders = helmet({
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
  return (request, response) =>
    addHeaders(request, response, (error) => {
      if (error === undefined) listener(request, response);
      else response.writeHead(500).end();
    });
}
