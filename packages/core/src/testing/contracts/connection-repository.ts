import { describe, expect, it } from "vitest";
import { noCounts } from "../../library/index.ts";
import type { LibraryRepositories } from "../memory-repositories.ts";
import { anna, ben, connectionRow, listed, newBook } from "./rows.ts";

/** What every `ConnectionRepository` does. `make` gives empty repositories in which users `anna` and `ben` exist. */
export function describeConnectionRepository(name: string, make: () => Promise<LibraryRepositories>): void {
  describe(`connection repository: ${name}`, () => {
    it("[CN1] gives back what was stored, bytes included", async () => {
      const { connections } = await make();
      const row = connectionRow(anna, "c1", {
        failure: { code: "upstream_failed", reason: "not_multistatus", message: "No listing.", atMs: 3 },
        nextSyncAtMs: 1_767_225_600_123,
      });
      await connections.insert(anna, row);
      expect(await connections.get(anna, "c1")).toEqual(row);
      expect(await connections.list(anna)).toEqual([row]);
    });

    it("[CN1] hides another user's connection from every method", async () => {
      const { connections } = await make();
      await connections.insert(anna, connectionRow(anna, "c1"));
      expect(await connections.get(ben, "c1")).toBeNull();
      expect(await connections.list(ben)).toEqual([]);
      expect(await connections.update(ben, "c1", { name: "mine" })).toBeNull();
      expect(await connections.remove(ben, "c1")).toBe(false);
      expect((await connections.get(anna, "c1"))?.name).toBe("Server c1");
    });

    it("[CN1] changes the given fields only", async () => {
      const { connections } = await make();
      const row = connectionRow(anna, "c1");
      await connections.insert(anna, row);
      const next = await connections.update(anna, "c1", {
        status: "failing",
        failures: 2,
        sealedSecret: null,
      });
      expect(next).toEqual({ ...row, status: "failing", failures: 2, sealedSecret: null });
      expect(await connections.get(anna, "c1")).toEqual(next);
      expect(await connections.update(anna, "gone", { failures: 1 })).toBeNull();
    });

    it("[CN1] lists oldest first and answers for an unknown id", async () => {
      const { connections } = await make();
      await connections.insert(anna, connectionRow(anna, "c2", { createdAtMs: 20 }));
      await connections.insert(anna, connectionRow(anna, "c1", { createdAtMs: 10 }));
      await connections.insert(anna, connectionRow(anna, "c3", { createdAtMs: 20 }));
      expect((await connections.list(anna)).map((row) => row.id)).toEqual(["c1", "c2", "c3"]);
      expect(await connections.get(anna, "nothing' OR 1=1 --")).toBeNull();
    });

    it("[CN1] takes books and jobs along when a connection goes", async () => {
      const { connections, books, scans, queue } = await make();
      await connections.insert(anna, connectionRow(anna, "c1"));
      await connections.insert(anna, connectionRow(anna, "c2"));
      for (const id of ["c1", "c2"]) {
        await scans.openRound(anna, id, { nowMs: 1, staleBeforeMs: 0 });
        const added = [newBook(`book-${id}`, "a.epub")];
        await scans.commitFolders(anna, id, 1, [listed("", { added })], noCounts);
        await queue.enqueue(anna, {
          id: `job-${id}`,
          connectionId: id,
          host: "h",
          trigger: "manual",
          nowMs: 1,
        });
      }
      expect(await connections.remove(anna, "c1")).toBe(true);
      expect(await books.get(anna, "book-c1")).toBeNull();
      expect(await queue.get(anna, "job-c1")).toBeNull();
      expect(await scans.listFolderStates(anna, "c1")).toEqual([]);
      expect((await books.get(anna, "book-c2"))?.id).toBe("book-c2");
      expect((await queue.get(anna, "job-c2"))?.id).toBe("job-c2");
    });

    it("[CN6] finds what is due over all users, most overdue first", async () => {
      const { connections } = await make();
      await connections.insert(anna, connectionRow(anna, "c1", { nextSyncAtMs: 200 }));
      await connections.insert(ben, connectionRow(ben, "c2", { nextSyncAtMs: 100 }));
      await connections.insert(ben, connectionRow(ben, "c3", { nextSyncAtMs: 201 }));
      await connections.insert(ben, connectionRow(ben, "c4", { nextSyncAtMs: null }));
      expect((await connections.listDue(200, 10)).map((row) => row.id)).toEqual(["c2", "c1"]);
      expect((await connections.listDue(200, 1)).map((row) => row.id)).toEqual(["c2"]);
    });
  });
}
