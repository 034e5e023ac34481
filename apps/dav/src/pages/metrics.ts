import { statfs } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { equalSecrets } from "@relite/core/crypto";
import { ReliteError } from "@relite/core/errors";
import { AggregatorRegistry, Gauge, Registry } from "prom-client";
import type { DavContext } from "../context.ts";
import { byMethod, type Page, type PageTable } from "./page.ts";

type Parts = Pick<DavContext, "config" | "storage" | "access" | "collectMetrics">;

/**
 * `/metrics` for Prometheus: of all threads together. With `DAV_METRICS_TOKEN` for who has it; without, for the local
 * machine only, and not through a proxy. No line names an owner, a path or a key.
 */
export function createMetricsPage(parts: Parts): PageTable {
  const page: Page = async ({ req, res }) => {
    await refuseStrangers(req, parts);
    const counted = AggregatorRegistry.aggregate([...(await parts.collectMetrics())]);
    const text = (await counted.metrics()) + (await describeStorage(parts));
    res.writeHead(200, {
      "Content-Type": Registry.PROMETHEUS_CONTENT_TYPE,
      "Content-Length": Buffer.byteLength(text),
      "Cache-Control": "no-store",
    });
    res.end(text);
  };
  return { "/metrics": byMethod({ GET: page }) };
}

async function refuseStrangers(req: IncomingMessage, { config, access }: Parts): Promise<void> {
  const token = config.metricsToken;
  if (token !== null) {
    const given = /^Bearer +(\S+) *$/i.exec(req.headers.authorization ?? "")?.[1] ?? "";
    if (await equalSecrets(given, token)) return;
    throw new ReliteError("unauthorized", "The metrics token is needed", {
      reason: given === "" ? "missing" : "bad_metrics_token",
    });
  }
  if (access.clients.isLocal(req)) return;
  throw new ReliteError("forbidden", "Metrics are for the local machine; set DAV_METRICS_TOKEN for others", {
    reason: "metrics_not_local",
  });
}

/** Read anew at each call. */
async function describeStorage({ storage: { db }, config }: Parts): Promise<string> {
  const registry = new Registry();
  const say = (name: string, help: string, value: number) =>
    new Gauge({ name: `relite_dav_${name}`, help, registers: [registry] }).set(value);
  const sums = db
    .prepare<[], { owners: number; bytes: number; nodes: number }>(
      `SELECT count(*) FILTER (WHERE removed_ms IS NULL) AS owners, coalesce(sum(used_bytes), 0) AS bytes, coalesce(sum(used_nodes), 0) AS nodes
       FROM owners`,
    )
    .get();
  say("owners", "Owners enrolled", sums?.owners ?? 0);
  say("used_bytes", "Bytes that count against the quotas of all owners", sums?.bytes ?? 0);
  say("nodes", "Files and collections", sums?.nodes ?? 0);
  const pages = Number(db.pragma("page_count", { simple: true }));
  const pageBytes = Number(db.pragma("page_size", { simple: true }));
  say("database_bytes", "Size of the database", pages * pageBytes);
  const { bavail, bsize } = await statfs(config.blobsFolder);
  say("free_bytes", "Room left where the content is", bavail * bsize);
  return registry.metrics();
}
