import type { DavContext } from "../context.ts";
import { version } from "../version.ts";
import { byMethod, type PageTable, sendJson } from "./page.ts";

/** Whether it runs, whether it can write, and what a client must know to talk to it. None needs a token. */
export function createStatePages(context: DavContext): PageTable {
  const { config, storage } = context;
  return {
    "/healthz": byMethod({ GET: async ({ res }) => sendJson(res, 200, { status: "ok" }) }),
    "/readyz": byMethod({
      GET: async ({ res }) => {
        await storage.blobs.probe();
        storage.owners.isClaimed();
        sendJson(res, 200, { status: "ready" });
      },
    }),
    "/relite/info": byMethod({
      GET: async ({ res }) =>
        sendJson(res, 200, {
          product: "relite-dav",
          version,
          prefix: `/${config.prefix.map(encodeURIComponent).join("/")}`,
          audiences: context.audiences,
          claimed: storage.owners.isClaimed(),
          registration: config.registration,
          requiredResource: config.requiredResource,
          requiredAction: config.requiredAction,
        }),
    }),
  };
}
