import { applied } from "../model/apply-request.ts";
import { type Alphabet, createAttempts, resolveAttempt } from "../model/attempts.ts";
import type { ModelRequest } from "../model/model-request.ts";
import { statusOf } from "../model/model-status.ts";
import { difference, observe } from "../model/observe.ts";
import { type Base, type Send, sendRequest, urlOf } from "../model/send-request.ts";
import { emptyModel, type Model } from "../model/tree-model.ts";
import { type KilledWriter, WrongAnswer } from "./killed-writer.ts";

const alphabet: Alphabet = {
  names: ["a", "b", "c", "d é"],
  maxDepth: 5,
  maxNodes: 24,
  maxLocks: 3,
  principals: 1,
  bodyBytes: [20, 500, 5_000, 70_000, 250_000],
  weights: { PUT: 30, PATCH: 8, MKCOL: 14, DELETE: 8, COPY: 10, MOVE: 12, PROPPATCH: 10, LOCK: 6, UNLOCK: 4 },
  isOdd: false,
};

/** Collections' ETags are not followed here: what names one does not hold. */
const neverNamed = () => "";

/** Every method on files, collections, properties and locks below a collection of its own. */
export function createTreeWriter(base: Base, random: () => number): KilledWriter {
  let model = emptyModel;
  let pending: ModelRequest | null = null;
  let acknowledged = 0;

  /** Something that will be done; what is refused says nothing here. */
  function nextRequest(): ModelRequest {
    for (;;) {
      const [attempt = []] = createAttempts(random, 1);
      const request = resolveAttempt(attempt, model, { alphabet, collectionEtag: () => "unknown" });
      const isOwnTop = request.method === "DELETE" && request.path === "";
      if (!isOwnTop && statusOf(model, request, neverNamed) < 400) return request;
    }
  }

  return {
    get acknowledged() {
      return acknowledged;
    },
    async write(send, isOver, onAcknowledged) {
      while (!isOver()) {
        const request = nextRequest();
        const expected = statusOf(model, request, neverNamed);
        pending = request;
        const answer = await sendRequest(inPieces(send), base, request);
        if (answer.status !== expected) {
          throw new WrongAnswer(`${request.method} ${request.path}: ${answer.status}, not ${expected}`);
        }
        const token = answer.headers.get("lock-token")?.slice(1, -1) ?? "";
        model = applied(model, request, token).model;
        pending = null;
        acknowledged += 1;
        onAcknowledged();
        await answer.text();
      }
    },
    async check(send) {
      const seen = await observe(send, base);
      const known = new Set(model.locks.map(({ token }) => token));
      const newToken = [...seen.values()].flatMap(({ tokens }) => tokens).find((token) => !known.has(token));
      const lost = difference(model, seen);
      const after: Model | null = pending === null ? null : applied(model, pending, newToken ?? "").model;
      if (lost !== null) {
        const half = after === null ? "nothing was under way" : difference(after, seen);
        if (half !== null) throw new Error(`${base}: ${lost}; after ${told(pending)}: ${half}`);
        model = after ?? model;
      }
      pending = null;
    },
    async readAll(send) {
      for (const [path, { body }] of model.nodes) {
        if (body === null) continue;
        const answer = await send("GET", urlOf(base, path));
        if ((await answer.text()) !== body) throw new Error(`${base}: ${path} is torn`);
      }
    },
  };
}

function told(request: ModelRequest | null): string {
  if (request === null) return "nothing";
  return `${request.method} ${request.path} ${request.destination} ${request.depth}`;
}

/** Large bodies come slowly, so that some are cut in the middle. */
function inPieces(send: Send): Send {
  return (method, path, init = {}) => {
    const { body } = init;
    if (typeof body !== "string" || body.length < 70_000) return send(method, path, init);
    const bytes = Buffer.from(body);
    let at = 0;
    const stream = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.subarray(at, at + 20_000));
        at += 20_000;
        await new Promise((resolve) => setImmediate(resolve));
      },
    });
    return send(method, path, { ...init, body: stream });
  };
}
