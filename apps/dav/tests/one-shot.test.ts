import { audienceOfUrl, issueInvocation, type Signer } from "@relite/core/ucan";
import { expect, it } from "vitest";
import { readConfig } from "../src/config.ts";
import { openStorage } from "../src/context.ts";
import { checkStorage } from "../src/storage/check-storage.ts";
import { startTestServer } from "../src/testing/dav-fixture.ts";
import { startThreadedTestServer } from "../src/testing/threaded-fixture.ts";

const path = "/dav/apps/test/once%20only.txt";

function oneShots(
  dav: { readonly owner: Signer; readonly server: { readonly url: string } },
  audience = audienceOfUrl(dav.server.url),
) {
  const capabilities = [{ with: "app:test", can: "app/write" }];
  const mint = (method: string, url: string) =>
    issueInvocation({
      issuer: dav.owner,
      audience,
      capabilities,
      nowMs: Date.now(),
      onceFor: { method, url },
    });
  const send = async (method: string, at: string, token: string, body?: string) => {
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await fetch(dav.server.url + at, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const reason = answer.ok ? "ok" : (await answer.json()).reason;
    return `${answer.status} ${reason}`;
  };
  return { mint, send };
}

it("[AC17] does its request once, also over a restart; others and elsewhere it does nothing", async () => {
  const audience = "did:web:files.example";
  await using dav = await startTestServer({ env: { DAV_AUDIENCES: audience } });
  const { mint, send } = oneShots(dav, audience);
  const put = await mint("PUT", `${dav.server.url}${path}`);
  expect(await send("DELETE", path, put)).toBe("401 insufficient");
  expect(await send("PUT", `${path}x`, put, "x")).toBe("401 insufficient");
  expect(await send("PUT", path, await mint("PUT", `http://evil.example${path}`), "x")).toBe(
    "401 insufficient",
  );
  expect(await send("PUT", `${path}?v=1`, put, "one")).toBe("201 ok");
  expect(await send("PUT", path, put, "two")).toBe("401 replayed");
  // By its public name, too.
  const get = await mint("GET", `https://files.example${path}`);
  expect(await send("GET", path, get)).toBe("200 ok");
  await dav.restart();
  expect(await send("GET", path, get)).toBe("401 replayed");
  expect(await send("GET", path, await mint("GET", `https://files.example${path}`))).toBe("200 ok");
  const storage = await openStorage(readConfig({ DAV_DATA_DIR: dav.folder }));
  expect((await checkStorage(storage)).problems).toEqual([]);
  storage.db.close();
});

it("[AC17] of many at once, over several threads, one is done", async () => {
  await using dav = await startThreadedTestServer();
  const token = await oneShots(dav).mint("PUT", `${dav.server.url}${path}`);
  const headers = { Authorization: `Bearer ${token}` };
  const once = async (body: string) => {
    const { status, text } = await dav.send("PUT", path, { headers, body });
    return status === 201 ? "201 ok" : `${status} ${JSON.parse(text).reason}`;
  };
  const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => once(`${n}`)));
  expect(answers.sort()).toEqual(["201 ok", ...Array<string>(11).fill("401 replayed")]);
});
