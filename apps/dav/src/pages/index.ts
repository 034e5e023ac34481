import type { DavContext } from "../context.ts";
import type { Exchange } from "../exchange.ts";
import { createAppPasswordPages } from "./app-passwords.ts";
import { createAppsPage } from "./apps.ts";
import { createAssetPages } from "./assets.ts";
import { createClaimPages } from "./claim.ts";
import { createDevicePages } from "./devices.ts";
import { createInvitationPages } from "./invitations.ts";
import { createJoinPages } from "./join.ts";
import { createLoginFlow } from "./login-flow.ts";
import { createMetricsPage } from "./metrics.ts";
import { createNextcloudPages } from "./nextcloud.ts";
import type { PageTable } from "./page.ts";
import { createRevocationPages } from "./revocations.ts";
import { createSessionPages } from "./session.ts";
import { createSharedPages } from "./share-link.ts";
import { createSharesPages } from "./shares.ts";
import { createStatePages } from "./state.ts";

/** The page at a raw path, ready to be asked; null where the files are, or nothing. */
export type FindPage = (rawPath: string) => ((exchange: Exchange) => Promise<void>) | null;

/** What the endpoint answers outside the files. */
export function createPages(context: DavContext): FindPage {
  const table: PageTable = {
    ...createAssetPages(),
    ...createStatePages(context),
    ...createMetricsPage(context),
    ...createClaimPages(context),
    ...createJoinPages(context),
    ...createInvitationPages(context),
    ...createAppPasswordPages(context),
    ...createAppsPage(context),
    ...createDevicePages(context),
    ...createRevocationPages(context),
    ...createSessionPages(context),
    ...createSharesPages(context),
    ...createSharedPages(context),
    ...createNextcloudPages(context),
    ...createLoginFlow(context),
  };
  const patterns = Object.keys(table).filter((path) => path.endsWith("/*"));
  return (rawPath) => {
    const exact = Object.hasOwn(table, rawPath) ? table[rawPath] : undefined;
    if (exact !== undefined) return (exchange) => exact(exchange, "");
    const pattern = patterns.find((path) => rawPath.startsWith(path.slice(0, -1)));
    const page = pattern === undefined ? undefined : table[pattern];
    if (pattern === undefined || page === undefined) return null;
    return (exchange) => page(exchange, rawPath.slice(pattern.length - 1));
  };
}
