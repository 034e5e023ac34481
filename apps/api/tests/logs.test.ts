import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { createLogger } from "../src/log.ts";
import { claimed, setupCode, startTestApi } from "./api-under-test.ts";
import { startWebServer } from "./web-servers.ts";

test("[LG2] no planted secret reaches a log line, an answer or an address, whatever happens to it", async () => {
  const lines: string[] = [];
  const sink = new Writable({
    write(piece, _encoding, done) {
      lines.push(String(piece));
      done();
    },
  });
  const planted = {
    password: "pl4nted-password",
    token: "pl4nted-token",
    apiKey: "sk-pl4nted-key",
    userinfo: "pl4nted-userinfo",
    query: "pl4nted-query",
  };
  await using provider = await startWebServer((_request, response) =>
    response.writeHead(500).end(planted.apiKey),
  );
  await using api = await startTestApi({}, { log: createLogger("debug", sink) });
  const owner = await claimed(api);
  const answers: string[] = [];
  const attempt = async (call: Promise<unknown>) => {
    answers.push(JSON.stringify(await call.catch((error: unknown) => [String(error), error])));
  };
  const { client } = owner;
  const auth = { kind: "basic", username: "anna", password: planted.password } as const;
  await attempt(
    client.settings.update.mutate({ chat: { baseUrl: provider.url, model: "m", apiKey: planted.apiKey } }),
  );
  await attempt(
    (async () => {
      for await (const _ of await client.chat.complete.mutate({
        messages: [{ role: "user", content: "x" }],
      }));
    })(),
  );
  await attempt(client.connections.create.mutate({ name: "a", url: "http://127.0.0.1:1/", auth }));
  await attempt(
    client.connections.create.mutate({
      name: "a",
      url: "http://127.0.0.1:1/",
      auth: { kind: "bearer", token: planted.token },
    }),
  );
  await attempt(
    client.connections.create.mutate({ name: "a", url: `http://anna:${planted.userinfo}@127.0.0.1/`, auth }),
  );
  await attempt(
    client.connections.create.mutate({ name: "a", url: `http://127.0.0.1:1/?key=${planted.query}`, auth }),
  );
  await attempt(client.setup.claim.mutate({ code: setupCode }));
  const bearer = await api.tokenOf(owner.signer);
  await fetch(`${api.url}/api/me?access_token=${planted.query}`, {
    headers: { authorization: `Bearer ${bearer}` },
  });
  await fetch(`${api.url}/api/webdav`, {
    method: "POST",
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
    body: `{"auth":{"password":"${planted.password}"`,
  });
  const written = lines.join("");
  expect(lines.length).toBeGreaterThan(8);
  expect(written).toContain('"path":"/api/me"');
  for (const secret of [...Object.values(planted), bearer, setupCode]) {
    expect(written).not.toContain(secret);
    expect(answers.join()).not.toContain(secret);
  }
});
