import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { type KeyRange, opKey, type SyncStore, wholeTable } from "../../sync/index.ts";

const clock = (ms: number) => ({ ms, count: 0, offsetMs: 0 });

/** What every `SyncStore` must do; `make` answers a fresh, empty store. */
export function describeSyncStore(name: string, make: () => Promise<SyncStore>): void {
  describe(`${name} as a sync store`, () => {
    it.each(cases)("$title", async ({ run }) => run(await make()));
  });
}

interface ContractCase {
  readonly title: string;
  readonly run: (store: SyncStore) => Promise<void>;
}

const cases: readonly ContractCase[] = [
  {
    title: "[SYN1] a write is kept and read back",
    run: async (store) => {
      await store.write((writer) => writer.put("clock", "clock", clock(5)));
      assert.deepEqual(await store.read((reader) => reader.get("clock", "clock")), clock(5));
      assert.equal(await store.read((reader) => reader.get("own", "own")), undefined);
    },
  },
  {
    title: "[SYN1] a write that throws leaves nothing behind and passes its error on",
    run: async (store) => {
      await store.write((writer) => writer.put("clock", "clock", clock(1)));
      const failing = store.write(async (writer) => {
        await writer.put("clock", "clock", clock(2));
        await writer.put("clock", "other", clock(3));
        throw new RangeError("on purpose");
      });
      await assert.rejects(failing, RangeError);
      const rows = await store.read((reader) => reader.list("clock", wholeTable));
      assert.deepEqual(rows, [{ key: "clock", value: clock(1) }]);
    },
  },
  {
    title: "[SYN1] a write sees its own changes, in get and in list",
    run: async (store) => {
      await store.write((writer) => writer.put("clock", "a", clock(1)));
      const seen = await store.write(async (writer) => {
        await writer.put("clock", "b", clock(2));
        await writer.remove("clock", "a");
        const rows = await writer.list("clock", wholeTable);
        return [rows.map(({ key }) => key), await writer.get("clock", "a"), await writer.get("clock", "b")];
      });
      assert.deepEqual(seen, [["b"], undefined, clock(2)]);
    },
  },
  {
    title: "[SYN1] writes run one after another, so that read-and-add loses nothing",
    run: async (store) => {
      const addOne = () =>
        store.write(async (writer) => {
          const known = await writer.get("clock", "clock");
          await writer.put("clock", "clock", clock((known?.ms ?? 0) + 1));
        });
      await Promise.all(Array.from({ length: 20 }, addOne));
      assert.deepEqual(await store.read((reader) => reader.get("clock", "clock")), clock(20));
    },
  },
  {
    title: "[SYN1] ranges are in code-unit order, end before `to`, and obey limit and reverse",
    run: async (store) => {
      const keys = ["b", "a/1", "a", "a/10", "a/2", "A", "é", "中"];
      await store.write(async (writer) => {
        for (const [index, key] of keys.entries()) await writer.put("clock", key, clock(index));
      });
      const listed = async (range: KeyRange) =>
        (await store.read((reader) => reader.list("clock", range))).map(({ key }) => key);
      assert.deepEqual(await listed(wholeTable), ["A", "a", "a/1", "a/10", "a/2", "b", "é", "中"]);
      assert.deepEqual(await listed({ from: "a", to: "b" }), ["a", "a/1", "a/10", "a/2"]);
      assert.deepEqual(await listed({ from: "a/", to: "a0", limit: 2, reverse: true }), ["a/2", "a/10"]);
      assert.deepEqual(await listed({ from: "x", to: "c" }), []);
    },
  },
  {
    title: "[SYN1] sequence numbers of a lane come back in order and apart from other lanes",
    run: async (store) => {
      const hlc = { ms: 1, count: 0, node: "n" };
      await store.write(async (writer) => {
        for (const lane of ["a", "b"])
          for (const seq of [1, 2, 9, 10, 11, 100])
            await writer.put("ops", opKey(lane, seq), {
              kind: "set",
              lane,
              seq,
              hlc,
              entity: "e/1",
              field: "f",
              value: { deep: [seq, null, "x"] },
            });
      });
      const range = { from: opKey("a", 2), to: opKey("a", 100) };
      const ops = await store.read((reader) => reader.list("ops", range));
      assert.deepEqual(
        ops.map(({ value }) => [value.lane, value.seq]),
        [2, 9, 10, 11].map((seq) => ["a", seq]),
      );
    },
  },
  {
    title: "[SYN1] commits are announced with their tables, failures and reads are not",
    run: async (store) => {
      const heard: string[][] = [];
      const stop = store.onCommit((tables) => heard.push([...tables].sort()));
      await store.write(async (writer) => {
        await writer.put("clock", "clock", clock(1));
        await writer.remove("drafts", "none");
        await writer.put("clock", "clock", clock(2));
      });
      await store.write(() => Promise.reject(new RangeError("on purpose"))).catch(() => undefined);
      await store.read((reader) => reader.get("clock", "clock"));
      stop();
      await store.write((writer) => writer.put("clock", "clock", clock(3)));
      assert.equal(heard.length, 1);
      assert.ok(heard[0]?.includes("clock"));
    },
  },
];
