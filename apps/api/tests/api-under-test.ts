import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApiClient } from "@relite/core/api-client";
import { type Clock, systemClock } from "@relite/core/clock";
import { silentLogger } from "@relite/core/log";
import {
  audienceOfUrl,
  type Capability,
  generateKeyPair,
  issueInvocation,
  type Signer,
  signerFromKeyPair,
} from "@relite/core/ucan";
import { readConfig } from "../src/config.ts";
import type { ApiParts } from "../src/context.ts";
import type { AppRouter } from "../src/router.ts";
import { type ApiServer, startApiServer } from "../src/server.ts";

type Env = Readonly<Record<string, string>>;

export const setupCode = "a-setup-code-for-tests";

/** A real API on a free port with its own folder; disposed with everything in it. */
export async function startTestApi(env: Env = {}, parts: ApiParts = {}) {
  const dataDir = env.RELITE_DATA_DIR ?? (await mkdtemp(join(tmpdir(), "relite-api-")));
  const config = readConfig({
    RELITE_PORT: "0",
    RELITE_SETUP_CODE: setupCode,
    RELITE_DATA_DIR: dataDir,
    ...env,
  });
  const server: ApiServer = await startApiServer(config, { log: silentLogger, ...parts });
  const url = server.url;
  const audience = audienceOfUrl(`http://localhost:${server.port}`);
  return {
    server,
    url,
    audience,
    dataDir,
    clientOf: (signer: Signer, capabilities?: readonly Capability[]) =>
      createApiClient<AppRouter>({
        baseUrl: url,
        audience,
        signer,
        ...(capabilities === undefined ? {} : { capabilities }),
      }),
    tokenOf: (signer: Signer, options: Partial<TokenOptions> = {}) =>
      tokenFor(signer, { audience, ...options }),
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export type TestApi = Awaited<ReturnType<typeof startTestApi>>;

interface TokenOptions {
  readonly audience: string;
  readonly capabilities: readonly Capability[];
  readonly clock: Clock;
}

const everything: readonly Capability[] = [
  { with: "profile:", can: "profile/write" },
  { with: "library:", can: "library/write" },
  { with: "chat:", can: "chat/write" },
];

export function tokenFor(
  issuer: Signer,
  { audience, capabilities = everything, clock = systemClock }: Partial<TokenOptions> & { audience: string },
): Promise<string> {
  return issueInvocation({ issuer, audience, capabilities, nowMs: clock.nowMs() });
}

export async function newSigner(): Promise<Signer> {
  return signerFromKeyPair(await generateKeyPair({ extractable: false }));
}

/** The first user of a fresh server. */
export async function claimed(api: TestApi) {
  const signer = await newSigner();
  const client = api.clientOf(signer);
  const me = await client.setup.claim.mutate({ code: setupCode });
  return { signer, client, me };
}

/** Somebody the first user invited. */
export async function invited(api: TestApi, owner: Awaited<ReturnType<typeof claimed>>) {
  const { code } = await owner.client.invitations.create.mutate({});
  const signer = await newSigner();
  const client = api.clientOf(signer);
  const me = await client.invitations.accept.mutate({ code });
  return { signer, client, me };
}
