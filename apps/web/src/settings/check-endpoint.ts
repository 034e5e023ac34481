import { isReliteError } from "@relite/core/errors";
import { sameAudience } from "@relite/core/ucan";
import type { DavClient } from "@relite/core/webdav";
import { type Failure, toFailure } from "../api/failure.ts";
import type { Endpoint } from "./endpoint-settings.ts";

export const checkSteps = ["reach", "audience", "read", "write", "remove"] as const;
export type CheckStep = (typeof checkSteps)[number];

/** What one step found. `blocked`: this page's own policy forbids the address · `cors`: the server answers, but not to this page. */
export type CheckResult =
  | { readonly state: "ok"; readonly detail: string | null }
  | { readonly state: "skipped" | "not_needed" }
  | { readonly state: "blocked" | "cors" | "unreachable" | "no_relite" }
  | { readonly state: "audience"; readonly ours: string; readonly theirs: readonly string[] }
  | { readonly state: "failed"; readonly failure: Failure };

export interface CheckParts {
  readonly endpoint: Endpoint;
  readonly client: DavClient;
  readonly fetch: typeof fetch;
  /** Whether the page's policy has refused a request since the check began. */
  readonly wasBlocked: () => boolean;
  readonly scratchName: string;
  readonly onResult: (step: CheckStep, result: CheckResult) => void;
}

const ok = (detail: string | null = null): CheckResult => ({ state: "ok", detail });
const skipped: CheckResult = { state: "skipped" };
const notNeeded: CheckResult = { state: "not_needed" };

/** Step by step, so that the first thing that is wrong is the one that is named; leaves nothing behind on the server. */
export async function checkEndpoint(parts: CheckParts): Promise<void> {
  const { endpoint, onResult } = parts;
  const isDirect = endpoint.mode === "direct";
  const info = isDirect ? await askInfo(parts) : null;
  onResult("reach", info?.result ?? notNeeded);
  const isReached = info === null || info.result.state === "ok" || info.result.state === "no_relite";
  onResult("audience", audienceResult(endpoint, info));
  if (!isReached) {
    for (const step of ["read", "write", "remove"] as const) onResult(step, skipped);
    return;
  }
  await tryFiles(parts);
}

interface Info {
  readonly result: CheckResult;
  readonly audiences: readonly string[] | null;
}

async function askInfo({ endpoint, fetch, wasBlocked }: CheckParts): Promise<Info> {
  const url = `${endpoint.baseUrl}/relite/info`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    const body: unknown = answer.ok ? await answer.json().catch(() => null) : null;
    const audiences = readAudiences(body);
    if (audiences === null) return { result: { state: "no_relite" }, audiences: null };
    return { result: ok(endpoint.baseUrl), audiences };
  } catch {
    if (wasBlocked()) return { result: { state: "blocked" }, audiences: null };
    return { result: { state: (await answersAnyone(url, fetch)) ? "cors" : "unreachable" }, audiences: null };
  }
}

/** An opaque request tells a server that is silent from one that answers, but not to this page. */
async function answersAnyone(url: string, fetch: CheckParts["fetch"]): Promise<boolean> {
  return fetch(url, { mode: "no-cors", signal: AbortSignal.timeout(10_000) }).then(
    () => true,
    () => false,
  );
}

function readAudiences(body: unknown): readonly string[] | null {
  if (typeof body !== "object" || body === null || !("audiences" in body)) return null;
  const { audiences } = body;
  if (!Array.isArray(audiences)) return null;
  return audiences.filter((one): one is string => typeof one === "string");
}

function audienceResult({ audience }: Endpoint, info: Info | null): CheckResult {
  if (info === null) return notNeeded;
  const theirs = info.audiences;
  if (theirs === null) return skipped;
  if (theirs.some((one) => sameAudience(one, audience))) return ok(audience);
  return { state: "audience", ours: audience, theirs };
}

/** A small file of a name nobody else uses is written, read and taken away again. */
async function tryFiles({ endpoint, client, scratchName, onResult }: CheckParts): Promise<void> {
  const app = `apps/${endpoint.appId}`;
  const file = `${app}/${scratchName}`;
  const text = "Relite wrote this to see whether it can. It may be deleted.";
  const steps: readonly (readonly [CheckStep, () => Promise<void>])[] = [
    ["read", async () => void (await client.stat(app))],
    [
      "write",
      async () => {
        await client.put(file, text, { contentType: "text/plain" });
      },
    ],
    ["remove", () => readBackAndRemove(client, file, text)],
  ];
  let isBroken = false;
  for (const [step, run] of steps) {
    if (isBroken) {
      onResult(step, skipped);
      continue;
    }
    try {
      await run();
      onResult(step, ok());
    } catch (error) {
      isBroken = true;
      onResult(step, { state: "failed", failure: davFailure(error) });
    }
  }
}

async function readBackAndRemove(client: DavClient, file: string, text: string): Promise<void> {
  const answer = await client.get(file);
  const isSame = (await answer.text()) === text;
  await client.remove(file);
  if (!isSame) throw new Error("The server gave back something else.");
}

/** What our own server said goes before how it refused. */
function davFailure(error: unknown): Failure {
  const failure = toFailure(error);
  if (!isReliteError(error)) return { ...failure, code: "internal" };
  const { problemReason, problemCode } = error.details;
  const reason = [problemReason, problemCode].find((one) => typeof one === "string");
  return reason === undefined ? failure : { ...failure, reason: String(reason) };
}
