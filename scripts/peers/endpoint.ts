import { resolve } from "node:path";
import { systemClock } from "@relite/core/clock";
import {
  audienceOfUrl,
  generateKeyPair,
  issueInvocation,
  type Signer,
  signerFromKeyPair,
} from "@relite/core/ucan";
import { endpointProgram } from "../launcher/endpoint-program.ts";
import { root } from "../launcher/root.ts";
import { freePort, type PeerServer, startProcessServer } from "./process-server.ts";

/** Our own endpoint as a process of its own; `url` is its origin. */
export interface Endpoint extends PeerServer {
  readonly owner: Signer;
}

const code = "peers-setup-code-0123456789";

type Env = Readonly<Record<string, string>>;

/** Starts the endpoint with its data in `folder`, and claims it for a new owner. */
export async function startEndpoint(folder: string, env: Env = {}): Promise<Endpoint> {
  const server = await startEndpointProcess(folder, env);
  const owner = await signerFromKeyPair(await generateKeyPair({ extractable: false }));
  await claim(server.url, owner);
  return { ...server, owner };
}

/** Starts the endpoint for the owners that its folder knows; on any free port when none is given. */
export async function startEndpointProcess(
  folder: string,
  env: Env = {},
  givenPort?: number,
): Promise<PeerServer> {
  const port = givenPort ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const { script, nodeArgs, env: own } = await endpointProgram((line) => process.stderr.write(`${line}\n`));
  const server = await startProcessServer(`${url}/readyz`, {
    command: process.execPath,
    args: [...nodeArgs, resolve(root, script)],
    env: {
      ...own,
      DAV_PORT: String(port),
      DAV_DATA_DIR: folder,
      DAV_SETUP_CODE: code,
      DAV_LOG_LEVEL: "error",
      ...env,
    },
  });
  return { ...server, url };
}

async function claim(url: string, owner: Signer): Promise<void> {
  const token = await issueInvocation({
    issuer: owner,
    audience: audienceOfUrl(url),
    capabilities: [{ with: "profile:", can: "profile/read" }],
    nowMs: systemClock.nowMs(),
  });
  const answer = await fetch(`${url}/relite/claim`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ code }),
  });
  if (!answer.ok)
    throw new Error(`The endpoint refused to be claimed: ${answer.status} ${await answer.text()}`);
}
