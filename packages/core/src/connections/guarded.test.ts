import { describe, expect, it } from "vitest";
import { anna, ben } from "../testing/contracts/index.ts";
import { createConnectionDesk } from "../testing/index.ts";

describe("[CN7] every connection says how its last sync went", () => {
  it("[CN7] a guard's proposal is shown, accepted or rejected", async () => {
    await using bench = await createConnectionDesk();
    const { desk, wanted, runner, tree, books, proposals, connections } = bench;
    const { id } = await desk.create(anna, wanted);
    await runner().drain();
    for (const [accept, state] of [
      [false, "present"],
      [true, "missing"],
    ] as const) {
      tree.remove("novels");
      await desk.sync(anna, id);
      await runner(`empty ${accept}`).drain();
      expect((await connections.get(anna, id))?.failure).toMatchObject({
        code: "conflict",
        reason: "root_empty",
      });
      const [open] = await proposals.list(anna, { status: "open" });
      expect(open).toMatchObject({ kind: "root_empty", vanished: 1 });
      expect(await desk.decideProposal(ben, open?.id ?? "", accept)).toBeNull();
      expect((await desk.decideProposal(anna, open?.id ?? "", accept))?.status).toBe(
        accept ? "accepted" : "rejected",
      );
      expect(await desk.decideProposal(anna, open?.id ?? "", accept)).toBeNull();
      expect(await connections.get(anna, id)).toMatchObject({ status: "ok", failure: null });
      expect((await books.list(anna, { limit: 9 })).items.map((book) => book.state)).toEqual([state]);
    }
  });

  it("[CN7] another server stops the connection until the user agrees", async () => {
    await using bench = await createConnectionDesk();
    const { desk, wanted, runner, proposals, connections, behave, tree, books } = bench;
    const { id } = await desk.create(anna, wanted);
    await runner().drain();
    behave({ serverHeader: "Other/1" });
    tree.putFile("strange.epub");
    await desk.sync(anna, id);
    await runner("w2").drain();
    expect(await connections.get(anna, id)).toMatchObject({
      status: "stopped",
      failure: { reason: "server_changed" },
    });
    expect(await desk.check(anna, id)).toMatchObject({ ok: false, failure: { reason: "server_changed" } });
    expect((await books.list(anna, { limit: 9 })).items).toHaveLength(1);
    const [open] = await proposals.list(anna, { status: "open" });
    await desk.decideProposal(anna, open?.id ?? "", true);
    await runner("w3").drain();
    expect(await connections.get(anna, id)).toMatchObject({
      status: "ok",
      serverIdentity: "other",
      failure: null,
    });
    expect((await books.list(anna, { limit: 9 })).items).toHaveLength(2);
  });

  it("[CN7] a failure stays with its connection", async () => {
    await using bench = await createConnectionDesk();
    const { desk, wanted, runner, connections, url, tree } = bench;
    tree.putFile("second/b.epub");
    const good = await desk.create(anna, { ...wanted, url: `${url}second/` });
    const bad = await desk.create(anna, wanted);
    await connections.update(anna, bad.id, { url: `${url}gone/` });
    await runner().drain();
    expect(await connections.get(anna, good.id)).toMatchObject({ status: "ok", failure: null });
    expect(await connections.get(anna, bad.id)).toMatchObject({
      status: "failing",
      failure: { reason: "nothing_there" },
    });
  });

  it("[CN7] a connection removed while it syncs takes its job along", async () => {
    await using bench = await createConnectionDesk();
    const { desk, wanted, runner, queue, books, behave, clock } = bench;
    const { id } = await desk.create(anna, wanted);
    const { promise: reached, resolve: arrived } = Promise.withResolvers<void>();
    behave({
      lie: () => {
        arrived();
        return { kind: "silent" };
      },
    });
    const one = runner();
    await reached;
    await desk.remove(anna, id);
    await clock.advance(1_000);
    await one.drain();
    expect((await queue.list(anna, { limit: 9 })).items).toEqual([]);
    expect((await books.list(anna, { limit: 9 })).items).toEqual([]);
  });
});
