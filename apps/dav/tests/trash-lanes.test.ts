import { createDavLaneRemote } from "@relite/core/sync";
import { createDavClient } from "@relite/core/webdav";
import { expect, it } from "vitest";
import { startTestServer } from "../src/testing/dav-fixture.ts";
import { trashOf } from "./trash-client.ts";

it("[TV21] what the chat's sync deletes is gone, not in the trash", async () => {
  await using dav = await startTestServer();
  const token = await dav.token();
  const client = createDavClient({
    baseUrl: `${dav.server.url}/dav/`,
    fetch,
    authorization: async () => `Bearer ${token}`,
  });
  const lanes = createDavLaneRemote({ client, appId: "test" });
  const { signal } = new AbortController();
  await lanes.prepare(signal);
  await lanes.put("l", "tail", new TextEncoder().encode("a secret"), signal);
  await lanes.put("l", "kept", new TextEncoder().encode("kept"), signal);
  await lanes.remove("l", "tail", signal);
  expect(await trashOf(dav)).toEqual([]);
  expect((await lanes.list("l", signal)).names).toEqual(["kept"]);
  const body = '<propfind xmlns="DAV:"><prop><quota-used-bytes/></prop></propfind>';
  const answer = await dav.request("PROPFIND", "", { body, headers: { Depth: "0" } });
  expect(await answer.text()).toContain(">4</D:quota-used-bytes>");
});
