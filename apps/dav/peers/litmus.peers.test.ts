import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureProgram } from "../../../scripts/peers/packages.ts";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { startBearerProxy } from "./bearer-proxy.ts";
import { runLitmus } from "./litmus.ts";

const { available, reason } = ensureProgram("litmus", "litmus");

describe.skipIf(!available)(`litmus through a proxy that adds a bearer token ${reason}`, () => {
  let dav: TestServer;
  beforeAll(async () => {
    dav = await startTestServer();
  });
  afterAll(async () => {
    await dav[Symbol.asyncDispose]();
  });

  it.each([
    ["basic", 16],
    ["copymove", 13],
    ["props", 30],
    ["locks", 41],
    ["http", 4],
  ])("[DV2] %s passes whole, without a warning, after a restart", async (suite, count) => {
    await dav.restart();
    await using proxy = await startBearerProxy(dav.server.port, () => dav.token());
    const result = await runLitmus(`${proxy.url}/dav/apps/test/`, suite);
    expect(result).toEqual({ suite, passed: count, run: count, warnings: 0, remarks: [] });
  });
});
