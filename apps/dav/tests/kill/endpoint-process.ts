import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { audienceOfUrl, issueInvocation, type Signer } from "@relite/core/ucan";
import type { TestRequest } from "../../src/testing/dav-fixture.ts";
import { endWithTest } from "../end-with-test.ts";

export interface EndpointProcess {
  readonly pid: number;
  readonly url: string;
  /** The owner's header, for requests that are not sent by `request`. */
  readonly authorization: string;
  /** Sends as the owner, to the app `test` or to an absolute path. */
  request(method: string, path: string, init?: TestRequest): Promise<Response>;
  /** What only the net below all requests has caught: there must be nothing. */
  unexpected(): readonly string[];
  kill(): Promise<void>;
  stop(): Promise<number>;
}

export interface EndpointSetup {
  readonly folder: string;
  readonly owner: Signer;
  readonly env?: Readonly<Record<string, string>>;
  /** Put before node's own command line, such as a shell that sets limits. */
  readonly wrapper?: readonly string[];
}

/** Node's options and the program: the sources, or what the lines of `DAV_ENDPOINT` say (a build starts in a third of the time). */
const command: readonly string[] = process.env.DAV_ENDPOINT?.split("\n") ?? [
  join(import.meta.dirname, "../../src/main.ts"),
];

/** The endpoint's process without waiting for it: for being killed while it starts. */
export function spawnEndpoint({ folder, env = {}, wrapper = [] }: EndpointSetup) {
  const [program = process.execPath, ...args] = [...wrapper, process.execPath, ...command];
  const child = spawn(program, args, {
    env: {
      PATH: process.env.PATH ?? "",
      DAV_HOST: "127.0.0.1",
      DAV_PORT: "0",
      DAV_DATA_DIR: folder,
      DAV_RATE_LIMIT: "1000000",
      DAV_SETUP_CODE: "not-needed-here",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  endWithTest(child);
  const lines = { out: "", err: "" };
  child.stdout.on("data", (chunk) => {
    lines.out += String(chunk);
  });
  child.stderr.on("data", (chunk) => {
    lines.err += String(chunk);
  });
  return { child, lines, ended: once(child, "close").then(([code]) => Number(code)) };
}

/** Starts the endpoint as its users do, and waits until it is ready. */
export async function startEndpoint(setup: EndpointSetup): Promise<EndpointProcess> {
  const { child, lines, ended } = spawnEndpoint(setup);
  const isOver = ended.then(() => {
    throw new Error(`the endpoint ended: ${lines.err} ${lines.out}`);
  });
  isOver.catch(() => {});
  const readUrl = () => /"url":"([^"]+)"/.exec(lines.out)?.[1];
  while (readUrl() === undefined) await Promise.race([once(child.stdout, "data"), isOver]);
  const url = readUrl() ?? "";
  const token = await issueInvocation({
    issuer: setup.owner,
    audience: audienceOfUrl(url),
    capabilities: [{ with: "app:test", can: "app/write" }],
    nowMs: Date.now(),
    ttlSec: 3_600,
  });
  return {
    pid: child.pid ?? 0,
    url,
    authorization: `Bearer ${token}`,
    request: (method, path, { headers = {}, body } = {}) => {
      const address = url + (path.startsWith("/") ? path : `/dav/apps/test/${path}`);
      const init = { method, headers: { Authorization: `Bearer ${token}`, ...headers } };
      return fetch(address, body === undefined ? init : ({ ...init, body, duplex: "half" } as RequestInit));
    },
    unexpected: () => [
      ...lines.out.split("\n").filter((line) => line.includes("unexpected error")),
      ...lines.err.split("\n").filter((line) => line !== ""),
    ],
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    stop() {
      child.kill("SIGTERM");
      return ended;
    },
  };
}
