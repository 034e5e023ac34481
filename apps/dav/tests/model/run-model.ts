import { applied } from "./apply-request.ts";
import { type Alphabet, type Attempt, resolveAttempt } from "./attempts.ts";
import type { ModelRequest } from "./model-request.ts";
import { statusOf } from "./model-status.ts";
import { difference, observe, readListing, type Seen } from "./observe.ts";
import { type Base, type Send, sendRequest, urlOf } from "./send-request.ts";
import { emptyModel, etagOf, isAtOrBelow, isCollectionAt, type Model } from "./tree-model.ts";

export interface ModelRun {
  readonly base: Base;
  /** By principal; 0 is the owner's own key. */
  readonly senders: readonly Send[];
  readonly alphabet: Alphabet;
  /** Puts faults below a step; what is compared afterwards is read without them. */
  readonly faults?: Faults;
}

export interface Faults {
  start(): void;
  /** The statuses that what went wrong since `start` may have led to; none when nothing did. */
  stop(): readonly number[];
}

export interface RunReport {
  readonly model: Model;
  readonly countByStatus: ReadonlyMap<number, number>;
}

/** Sends one attempt after the other and compares everything after each; rejects with the first thing that differs. */
export async function runModel(run: ModelRun, attempts: readonly Attempt[]): Promise<RunReport> {
  const { base, alphabet } = run;
  const [owner = missing] = run.senders;
  const countByStatus = new Map<number, number>();
  let model = emptyModel;
  let before = await observe(owner, base);
  for (const [step, attempt] of attempts.entries()) {
    const collectionEtag = (path: string) => before.get(path)?.etag ?? "none";
    const request = resolveAttempt(attempt, model, { alphabet, collectionEtag });
    const expected = statusOf(model, request, collectionEtag);
    run.faults?.start();
    const answer = await sendRequest(run.senders[request.who] ?? owner, base, request);
    const text = await answer.text().catch(() => cut);
    const faultStatuses = run.faults?.stop() ?? [];
    countByStatus.set(answer.status, (countByStatus.get(answer.status) ?? 0) + 1);
    const fail = (what: string) => {
      throw new Error(`step ${step}: ${what}\n${told(request, model)}\n${text.slice(0, 600)}`);
    };
    // A file whose reading fails in the middle can only be cut: that the body is short shows it.
    const isFault = faultStatuses.includes(answer.status) || (faultStatuses.length > 0 && text === cut);
    if (!isFault && answer.status !== expected) fail(`${answer.status}, not ${expected}`);
    const done = answer.ok && !isFault;
    const token = /<(urn:uuid:[^>]+)>/.exec(answer.headers.get("lock-token") ?? "")?.[1] ?? "";
    const effect = done ? applied(model, request, token) : { model, touched: [] };
    if (done) checkAnswer(effect.model, request, { answer, text, base }, fail);
    const after = await observe(owner, base);
    const wrong = difference(effect.model, after) ?? wrongEtags({ before, after, model }, effect.touched);
    if (wrong !== null) fail(wrong);
    const isWritten = request.method === "PUT" || request.method === "PATCH";
    if (done && isWritten) await checkBody(owner, base, { path: request.path, model: effect.model }, fail);
    model = effect.model;
    before = after;
  }
  await checkAllBodies(owner, base, model);
  return { model, countByStatus };
}

const cut = "cut in the middle";

const missing: Send = () => Promise.reject(new Error("no sender"));

function checkAnswer(
  model: Model,
  request: ModelRequest,
  { answer, text, base }: { readonly answer: Response; readonly text: string; readonly base: Base },
  fail: (what: string) => void,
): void {
  const { method, path, depth } = request;
  const body = model.nodes.get(path)?.body;
  if (method === "PROPFIND") {
    const wrong = difference(model, readListing(text, base), { top: path, depth: depth ?? "infinity" });
    if (wrong !== null) fail(`listed: ${wrong}`);
  }
  if (method === "GET" && text !== body) fail("another body");
  if (method === "HEAD" && answer.headers.get("content-length") !== String(Buffer.byteLength(body ?? ""))) {
    fail(`HEAD says ${answer.headers.get("content-length")} bytes`);
  }
  const isFileAnswer = ["GET", "HEAD", "PUT", "PATCH"].includes(method);
  if (isFileAnswer && answer.headers.get("etag") !== `"${etagOf(body ?? "")}"`)
    fail("another ETag is answered");
}

interface Etags {
  readonly before: ReadonlyMap<string, Seen>;
  readonly after: ReadonlyMap<string, Seen>;
  readonly model: Model;
}

/** A collection's ETag changes with anything below it, and only then (files are compared with their content). */
function wrongEtags({ before, after, model }: Etags, touched: readonly string[]): string | null {
  for (const [path, { isCollection, etag }] of after) {
    const old = before.get(path);
    if (!isCollection || old === undefined || !isCollectionAt(model, path)) continue;
    const isAbove = touched.some((one) => isAtOrBelow(one, path));
    const isInside = touched.some((one) => isAtOrBelow(path, one));
    if (isAbove && old.etag === etag) return `${path}: the ETag is still ${etag}`;
    if (!isAbove && !isInside && old.etag !== etag) return `${path}: the ETag changed for nothing`;
  }
  return null;
}

async function checkBody(send: Send, base: Base, { path, model }: Written, fail: (what: string) => void) {
  const answer = await send("GET", urlOf(base, path));
  if ((await answer.text()) !== model.nodes.get(path)?.body) fail("another body is served than was put");
}

interface Written {
  readonly path: string;
  readonly model: Model;
}

async function checkAllBodies(send: Send, base: Base, { nodes }: Model): Promise<void> {
  for (const [path, { body }] of nodes) {
    if (body === null) continue;
    const answer = await send("GET", urlOf(base, path));
    if ((await answer.text()) !== body) throw new Error(`${path}: another body at the end`);
  }
}

function told(request: ModelRequest, model: Model): string {
  const { body, ...rest } = request;
  const shown = { ...rest, set: [...rest.set], body: `${body.slice(0, 8)}… ${body.length}` };
  const tree = [...model.nodes].map(([path, node]) => (node.body === null ? `${path}/` : path)).sort();
  return `${JSON.stringify(shown)}\n${JSON.stringify(tree)} ${JSON.stringify(model.locks)}`;
}

/** Leaves out as many attempts as it can while the run still fails, and answers why the shortest one does. */
export async function shrink(
  attempts: readonly Attempt[],
  run: (attempts: readonly Attempt[]) => Promise<string | null>,
  maxRuns = 80,
): Promise<{ readonly attempts: readonly Attempt[]; readonly why: string }> {
  let shortest = attempts;
  let why = (await run(attempts)) ?? "does not fail again";
  let runs = 1;
  for (let size = Math.ceil(attempts.length / 2); size >= 1 && runs < maxRuns; size = Math.floor(size / 2)) {
    for (let from = 0; from < shortest.length && runs < maxRuns; ) {
      const shorter = [...shortest.slice(0, from), ...shortest.slice(from + size)];
      const failure = await run(shorter);
      runs += 1;
      if (failure === null) {
        from += size;
        continue;
      }
      shortest = shorter;
      why = failure;
    }
  }
  return { attempts: shortest, why };
}
