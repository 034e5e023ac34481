import type { DavContext } from "../context.ts";
import { createAccessCaller } from "./access-caller.ts";
import { byMethod, type PageTable, sendJson } from "./page.ts";

/** The apps an owner has files of, for who manages access: a token for files names its app, so none lists them all. */
export function createAppsPage(context: DavContext): PageTable {
  const caller = createAccessCaller(context);
  return {
    "/relite/apps": byMethod({
      GET: async (exchange) => {
        const { owner } = await caller(exchange, "read");
        const ids = context.storage.tree.apps(owner);
        sendJson(exchange.res, 200, { apps: ids.map((id) => ({ id })) });
      },
    }),
  };
}
