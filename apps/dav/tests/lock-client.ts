import { audienceOfUrl, issueDelegation, issueInvocation } from "@relite/core/ucan";
import { newSigner, type TestRequest, type TestServer } from "../src/testing/dav-fixture.ts";

export type Send = (method: string, path: string, init?: TestRequest) => Promise<Response>;

const files = [{ with: "app:test", can: "app/write" }];

/** Another principal for the same files: a device that the owner's key vouches for. */
export async function deviceOf(dav: TestServer, nowMs = Date.now()): Promise<Send> {
  const device = await newSigner();
  const expiresAtSec = Math.floor(nowMs / 1000) + 3_600;
  const proof = await issueDelegation({
    issuer: dav.owner,
    audienceDid: device.did,
    capabilities: files,
    expiresAtSec,
  });
  const audience = audienceOfUrl(dav.server.url);
  const token = await issueInvocation({ issuer: device, audience, capabilities: files, proof, nowMs });
  return (method, path, { headers = {}, ...init } = {}) =>
    dav.request(method, path, { ...init, headers: { ...headers, Authorization: `Bearer ${token}` } });
}

export function lockBody(scope: "exclusive" | "shared", owner = ""): string {
  return `<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype>${owner}</D:lockinfo>`;
}

/** Takes a lock that must be had, and answers its token. */
export async function lock(
  send: Send,
  path: string,
  { scope = "exclusive", depth = "infinity" }: { scope?: "exclusive" | "shared"; depth?: string } = {},
): Promise<string> {
  const answer = await send("LOCK", path, { body: lockBody(scope), headers: { Depth: depth } });
  if (answer.status !== 200 && answer.status !== 201) throw new Error(`LOCK ${path}: ${answer.status}`);
  return /^<(urn:uuid:[0-9a-f-]{36})>$/.exec(answer.headers.get("lock-token") ?? "")?.[1] ?? "";
}

export const to = (path: string) => ({ Destination: `/dav/apps/test/${path}` });
export const tagged = (path: string, token: string) => `</dav/apps/test/${path}> (<${token}>)`;
