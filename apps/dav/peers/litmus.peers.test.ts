import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OwnedEndpoint, startOwnedEndpoint } from "../../../scripts/peers/owned-endpoint.ts";
import { ensureProgram } from "../../../scripts/peers/packages.ts";
import { startBearerProxy } from "./bearer-proxy.ts";
import { litmusSuites, runLitmus } from "./litmus.ts";

const { available, reason } = ensureProgram("litmus", "litmus");

describe.skipIf(!available)(`litmus ${reason}`, () => {
  let endpoint: OwnedEndpoint;
  let password: string;
  beforeAll(async () => {
    endpoint = await startOwnedEndpoint("test");
    password = await endpoint.appPassword();
  });
  afterAll(() => endpoint[Symbol.asyncDispose]());

  it.each(litmusSuites)(
    "[DV2] %s passes whole after a restart, with a bearer token",
    async (suite, count) => {
      await endpoint.restart();
      const token = await endpoint.token();
      await using proxy = await startBearerProxy(endpoint.port, async () => token);
      const result = await runLitmus([`${proxy.url}/dav/apps/test/`], suite);
      expect(result).toEqual({ suite, passed: count, run: count, warnings: 0, remarks: [] });
    },
  );

  it.each(litmusSuites)(
    "[DV2] %s passes whole after a restart, with an app password",
    async (suite, count) => {
      await endpoint.restart();
      const result = await runLitmus([endpoint.url, "litmus", password], suite);
      expect(result).toEqual({ suite, passed: count, run: count, warnings: 0, remarks: [] });
    },
  );
});
