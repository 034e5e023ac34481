import { ReliteError } from "@relite/core/errors";
import type { z } from "zod";
import type { Exchange } from "../exchange.ts";
import { readBody } from "../read-body.ts";

/** Answers a request outside the files; `rest` is the part of the raw path that a pattern left open, else empty. */
export type Page = (exchange: Exchange, rest: string) => Promise<void>;

/** Pages by path: exact, or a path ending in `/*` for anything below it. */
export type PageTable = Readonly<Record<string, Page>>;

/** A page for each method it takes; HEAD goes with GET. Others are 405. */
export function byMethod(pages: Readonly<Record<string, Page>>): Page {
  const allow = Object.keys(pages).flatMap((name) => (name === "GET" ? ["GET", "HEAD"] : [name]));
  return async (exchange, rest) => {
    const { req, res } = exchange;
    const page = pages[req.method === "HEAD" ? "GET" : (req.method ?? "")];
    if (page !== undefined) return page(exchange, rest);
    res.setHeader("Allow", allow.join(", "));
    throw new ReliteError("method_not_allowed", `This address takes ${allow.join(", ")}`);
  };
}

export function sendJson(res: Exchange["res"], status: number, value: unknown): void {
  const text = JSON.stringify(value);
  res.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(text),
    "Cache-Control": "no-store",
  });
  res.end(text);
}

/** A small JSON document; 415 for another type, `bad_request` with `reason` for another shape. */
export async function readJson<Schema extends z.ZodType>(
  exchange: Exchange,
  schema: Schema,
  { reason, form }: { readonly reason: string; readonly form: string },
): Promise<z.output<Schema>> {
  if (!/^application\/json\b/i.test(exchange.req.headers["content-type"] ?? "")) {
    throw new ReliteError("unsupported_media_type", "The body is a JSON document");
  }
  const body = schema.safeParse(parseJson((await readBody(exchange, 16_384)).toString("utf8")));
  if (!body.success) throw new ReliteError("bad_request", `The body is ${form}`, { reason });
  return body.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
