import { Counter, Histogram, type Registry } from "prom-client";
import type { Exchange, ExchangeEnd } from "./exchange.ts";
import { zoneNameOf } from "./zones.ts";

/** What one thread counts. */
export interface Metrics {
  /** Takes an exchange that is over. */
  observe(exchange: Exchange, end: ExchangeEnd): void;
  /** In the form `AggregatorRegistry.aggregate` adds up. */
  collect(): Promise<readonly object[]>;
}

const methods = new Set(
  "OPTIONS GET HEAD PUT PATCH POST DELETE MKCOL COPY MOVE PROPFIND PROPPATCH REPORT LOCK UNLOCK".split(" "),
);

/** Requests by method, zone and status, refusals by code, bytes both ways, beside what the registry has already. */
export function createMetrics(registry: Registry): Metrics {
  const registers = [registry];
  const seconds = new Histogram({
    name: "relite_dav_request_seconds",
    help: "Time from a request's head to the end of its answer",
    labelNames: ["method", "zone", "status"] as const,
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60],
    registers,
  });
  const refusals = new Counter({
    name: "relite_dav_refusals_total",
    help: "Requests that were refused, by stable code",
    labelNames: ["code"] as const,
    registers,
  });
  // Counted up when they are asked for.
  const bytes = { in: 0, out: 0 };
  new Counter({
    name: "relite_dav_received_bytes_total",
    help: "Bytes of requests, heads included",
    registers,
    collect() {
      this.inc(bytes.in);
      bytes.in = 0;
    },
  });
  new Counter({
    name: "relite_dav_sent_bytes_total",
    help: "Bytes of answers, heads included",
    registers,
    collect() {
      this.inc(bytes.out);
      bytes.out = 0;
    },
  });
  const timers = new Map<string, Histogram.Internal<"method" | "zone" | "status">>();
  const timerOf = (method: string, zone: string, status: number) => {
    const key = `${method} ${zone} ${status}`;
    const known = timers.get(key);
    if (known !== undefined) return known;
    const made = seconds.labels({ method, zone, status });
    timers.set(key, made);
    return made;
  };
  return {
    observe({ req, res, dav, code }, { ms, bytesIn, bytesOut }) {
      const method = methods.has(req.method ?? "") ? (req.method ?? "") : "other";
      const zone = dav === null ? "pages" : (zoneNameOf(dav.target) ?? "none");
      timerOf(method, zone, res.statusCode).observe(ms / 1_000);
      if (code !== null) refusals.inc({ code });
      bytes.in += bytesIn;
      bytes.out += bytesOut;
    },
    collect: () => registry.getMetricsAsJSON(),
  };
}
