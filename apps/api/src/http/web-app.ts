import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import { ReliteError } from "@relite/core/errors";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

/** The built web app; an address that is no file and wants a page gets the app itself. */
export async function serveWebApp(app: FastifyInstance, webDist: string): Promise<void> {
  const index = join(webDist, "index.html");
  if (existsSync(webDist))
    await app.register(fastifyStatic, {
      root: webDist,
      cacheControl: false,
      index: false,
      dotfiles: "ignore",
      setHeaders: (reply, path) => {
        const isHashed = path.startsWith(join(webDist, "assets"));
        reply.header("cache-control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  app.get("/", (_request, reply) => sendPage(index, reply));
  app.setNotFoundHandler((request, reply) => {
    if (!wantsPage(request)) throw new ReliteError("not_found", "There is nothing here.");
    return sendPage(index, reply);
  });
}

function sendPage(index: string, reply: FastifyReply): FastifyReply {
  if (existsSync(index) && "sendFile" in reply)
    return reply.header("cache-control", "no-cache").sendFile("index.html");
  return reply.code(503).header("cache-control", "no-store").type("text/html; charset=utf-8").send(notBuilt);
}

function wantsPage(request: FastifyRequest): boolean {
  const path = request.url.split("?")[0] ?? "";
  const isPage = request.method === "GET" || request.method === "HEAD";
  return isPage && !/^\/api(\/|$)/.test(path) && (request.headers.accept ?? "").includes("text/html");
}

const notBuilt = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Relite</title></head>
<body>
<h1>The web app has not been built yet</h1>
<p>The API is running. <code>npm start</code> builds the web app and starts everything; then load this page again.</p>
</body>
</html>
`;
