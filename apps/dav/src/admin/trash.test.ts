import { expect, it } from "vitest";
import { startTestServer } from "../testing/dav-fixture.ts";
import { runCommand } from "../testing/run-command.ts";
import { runTrash } from "./index.ts";

it("[TV20] the command line lists, restores and empties an owner's trash while the endpoint runs", async () => {
  await using dav = await startTestServer();
  await dav.request("MKCOL", "c");
  await dav.request("PUT", "c/f", { body: "hello" });
  await dav.request("PUT", "g", { body: "other" });
  await dav.request("DELETE", "c");
  await dav.request("DELETE", "g");
  const trash = (...args: string[]) =>
    runCommand(runTrash, ...args, "--owner", dav.owner.did, "--data", dav.folder);
  const listed = await trash("list", "--json");
  const [tree, file] = listed.out
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text));
  expect([tree.path, file.path, file.bytes, file.deletedBy]).toEqual(["c", "g", 5, dav.owner.did]);
  expect((await trash("list")).out).toMatch(/was c, .*\n.*was g, 5 bytes\n2 kept for 30 days each\n$/);
  const restore = (entry: string, ...more: string[]) =>
    trash("restore", "--app", "test", "--entry", entry, ...more);
  expect(await restore(tree.entry)).toMatchObject({ code: 0, out: "restored to test/c\n" });
  expect(await (await dav.request("GET", "c/f")).text()).toBe("hello");
  expect((await restore(file.entry, "--to", "c/f")).code).toBe(1);
  expect((await restore(file.entry, "--to", "none/f")).code).toBe(1);
  expect(await restore(file.entry, "--to", "c/g")).toMatchObject({ code: 0, out: "restored to test/c/g\n" });
  await dav.request("DELETE", "c");
  expect(await trash("empty", "--older-than", "1d")).toMatchObject({ code: 0, out: "0 ended for good\n" });
  expect(await trash("empty")).toMatchObject({ code: 0, out: "1 ended for good\n" });
  expect((await trash("list")).out).toBe("nothing\n");
});

it.each([
  [[], 2],
  [["look"], 2],
  [["list"], 2],
  [["list", "--owner"], 2],
  [["restore", "--owner", "did:key:z"], 2],
  [["empty", "--owner", "did:key:z", "--older-than", "soon"], 2],
  [["list", "--owner", "did:key:zUnknown"], 1],
])("[TV20] refuses %j with one line and exit code %i", async (args, code) => {
  await using dav = await startTestServer();
  const answer = await runCommand(
    runTrash,
    ...args,
    ...(args.includes("--owner") && args.at(-1) === "--owner" ? [] : ["--data", dav.folder]),
  );
  expect([answer.code, answer.out, answer.err.trim().split("\n").length]).toEqual([code, "", 1]);
});
