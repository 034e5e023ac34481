import { createRemoteDav, createRemoteTree, serveHandler } from "@relite/core/testing";
import { createTestDatabase } from "@relite/prisma/testing";
import { expect, test } from "vitest";
import { claimed, startTestApi } from "./api-under-test.ts";

test("[OP4] the whole way from claim to book goes over PostgreSQL as well, and is there after a restart", async () => {
  const database = await createTestDatabase("postgresql");
  const tree = createRemoteTree();
  tree.putFile("三体/三体 2.epub", { sizeBytes: 10 });
  const remote = await serveHandler(createRemoteDav({ tree }).handle);
  try {
    const env = { RELITE_DATABASE_URL: database.url };
    await using api = await startTestApi(env);
    const { client, signer } = await claimed(api);
    const auth = { kind: "none" } as const;
    await client.connections.create.mutate({ name: "書", url: `${remote.origin}/dav/`, auth });
    await api.server.drain();
    await api.server.close();
    await using again = await startTestApi(env);
    const books = await again.clientOf(signer).books.list.query({ search: "三体" });
    expect(books).toMatchObject({ items: [{ title: "三体 2", state: "present" }], total: 1 });
  } finally {
    await remote.close();
    await database.remove();
  }
});
