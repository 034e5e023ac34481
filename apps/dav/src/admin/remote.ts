import { readFile } from "node:fs/promises";
import type { Clock } from "@relite/core/clock";
import { ReliteError } from "@relite/core/errors";
import { readKeyFile } from "@relite/core/node";
import { audienceOfUrl, type Capability, issueInvocation, type Signer } from "@relite/core/ucan";
import { z } from "zod";

/** An endpoint as a key's holder speaks to it. */
export interface Remote {
  readonly signer: Signer;
  readonly audience: string;
  readonly proof: string | undefined;
  /** Asks with a fresh `access/write` token; a refusal is thrown with the server's sentence. Null for an answer without a body. */
  ask(method: string, path: string, body?: unknown): Promise<unknown>;
}

export interface RemoteOrder {
  readonly keyFile: string;
  readonly url: string;
  /** The delegation to the key, where it is not the owner's itself. */
  readonly proofFile: string | undefined;
  readonly audience: string | undefined;
}

const problem = z.object({ detail: z.string(), reason: z.string().optional() });
const access: Capability = { with: "access:", can: "access/write" };

/** Opens the key; nothing is sent yet. Throws `bad_request` for a key, proof or address that cannot be used. */
export async function createRemote(order: RemoteOrder, clock: Clock): Promise<Remote> {
  if (!/^https?:\/\//i.test(order.url) || !URL.canParse(order.url))
    throw new ReliteError("bad_request", "--url is the server's address, such as http://localhost:3021");
  const { signer } = await readKeyFile(order.keyFile);
  const proof = order.proofFile === undefined ? undefined : await readTokenFile(order.proofFile);
  const audience = order.audience ?? audienceOfUrl(order.url);
  const ask: Remote["ask"] = async (method, path, body) => {
    const invocation = { issuer: signer, audience, capabilities: [access], nowMs: clock.nowMs() };
    const token = await issueInvocation(proof === undefined ? invocation : { ...invocation, proof });
    const answer = await send(new URL(path, order.url), {
      method,
      redirect: "error",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return answerOf(answer);
  };
  return { signer, audience, proof, ask };
}

/** A token kept in a file; what is in it is never part of an error. */
export async function readTokenFile(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (cause) {
    throw new ReliteError("bad_request", `${file} cannot be read`, { cause });
  }
}

/** What a server answered, if it is what an endpoint answers. */
export function understand<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.output<Schema> {
  const read = schema.safeParse(answer);
  if (!read.success) throw new ReliteError("upstream_failed", "The server's answer is not understood");
  return read.data;
}

async function send(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    throw new ReliteError("unavailable", `${url.origin} does not answer`, { cause });
  }
}

async function answerOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  const body = text === "" ? null : parseJson(text);
  if (answer.ok) return body;
  const told = problem.safeParse(body);
  const why = told.success
    ? `${told.data.detail} (${told.data.reason ?? answer.status})`
    : `${answer.status}`;
  throw new ReliteError("bad_request", `The server refused: ${why}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
