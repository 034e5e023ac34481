import { createRemoteDav, createRemoteTree, serveHandler } from "@relite/core/testing";
import { createTestDatabase } from "@relite/prisma/testing";
import { expect, test } from "vitest";
import { newSigner, setupCode, startTestApi } from "./api-under-test.ts";

test("[ST7] several servers on one PostgreSQL are one: claimed once, synced once, seen at each", async () => {
  const place = await createTestDatabase("postgresql");
  const tree = createRemoteTree();
  for (const name of ["one.epub", "三体.pdf"]) tree.putFile(`shelf/${name}`, { sizeBytes: 10 });
  const remote = createRemoteDav({ tree });
  const dav = await serveHandler(remote.handle);
  try {
    const env = { RELITE_DATABASE_URL: place.url, RELITE_WEB_DAV_KEY: "ab".repeat(32) };
    await using first = await startTestApi(env);
    await using second = await startTestApi(env);
    const signers = await Promise.all([newSigner(), newSigner()]);
    const claims = await Promise.allSettled(
      [first, second].map((api, index) =>
        api.clientOf(signers[index] ?? signers[0]).setup.claim.mutate({ code: setupCode }),
      ),
    );
    expect(claims.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const owner = signers[claims[0]?.status === "fulfilled" ? 0 : 1];
    const [here, there] = [first.clientOf(owner), second.clientOf(owner)];
    expect(await there.me.get.query()).toEqual(await here.me.get.query());

    const { id } = await here.connections.create.mutate({
      name: "NAS",
      url: `${dav.origin}/dav/`,
      auth: { kind: "none" },
    });
    await Promise.all([here.connections.sync.mutate({ id }), there.connections.sync.mutate({ id })]);
    await Promise.all([first.server.drain(), second.server.drain()]);
    const { items } = await there.books.list.query({});
    expect(items.map(({ title }) => title)).toEqual(["one", "三体"]);
    expect(await there.connections.get.query({ id })).toMatchObject({ status: "ok" });
  } finally {
    await dav.close();
    await place.remove();
  }
});
