import { problemOf } from "@relite/core/api-client";
import { createTestDatabase } from "@relite/prisma/testing";
import { expect, test } from "vitest";
import { claimed, startTestApi } from "./api-under-test.ts";

test("[ST8] while the database is away callers get 503 with its reason, and the process stays", async () => {
  const place = await createTestDatabase("postgresql");
  await using api = await startTestApi({ RELITE_DATABASE_URL: place.url });
  const { client, signer } = await claimed(api);
  expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
  await place.remove();
  const problem = await client.me.get.query().catch(problemOf);
  expect(problem).toMatchObject({ code: "unavailable", reason: "database_away" });
  expect(JSON.stringify(problem)).not.toContain("relite_");
  const rest = await fetch(`${api.url}/api/webdav`, {
    headers: { authorization: `Bearer ${await api.tokenOf(signer)}` },
  });
  expect(rest.status).toBe(503);
  expect(await rest.json()).toMatchObject({ reason: "database_away" });
  expect((await fetch(`${api.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
});
