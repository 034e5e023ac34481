import type { RequestListener } from "node:http";
import { describe, expect, test } from "vitest";
import { claimed, invited, startTestApi } from "./api-under-test.ts";
import { signalOnce, startWebServer } from "./web-servers.ts";

const key = "sk-planted-secret-key";
const question = { messages: [{ role: "user" as const, content: "Hello 書" }] };

const chunk = (delta: string, more: object = {}) =>
  `data: ${JSON.stringify({ choices: [{ delta: { content: delta }, ...more }] })}\n\n`;

async function chatWith(provider: RequestListener) {
  const server = await startWebServer(provider);
  const api = await startTestApi();
  const owner = await claimed(api);
  const baseUrl = `${server.url}/v1`;
  await owner.client.settings.update.mutate({ chat: { baseUrl, model: "small", apiKey: key } });
  const ask = async (signal?: AbortSignal) => {
    const parts: unknown[] = [];
    const options = signal === undefined ? {} : { signal };
    for await (const part of await owner.client.chat.complete.mutate(question, options)) parts.push(part);
    return parts;
  };
  return {
    server,
    api,
    owner,
    ask,
    [Symbol.asyncDispose]: async () => {
      await api[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe("completions", () => {
  test("[CP1] stream from the user's own provider with the user's own key", async () => {
    await using chat = await chatWith((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      // A comment, an answer cut inside a character and inside a line, CRLF, an empty delta.
      const text = `: hello\r\n\r\n${chunk("")}${chunk("Gu")}${chunk("ten 書 Tag").replaceAll("\n", "\r\n")}${chunk("!", { finish_reason: "stop" })}data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\ndata: [DONE]\n\ndata: ignored`;
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += 7) response.write(bytes.subarray(at, at + 7));
      response.end();
    });
    expect(await chat.ask()).toEqual([
      { type: "delta", text: "Gu" },
      { type: "delta", text: "ten 書 Tag" },
      { type: "delta", text: "!" },
      { type: "end", finishReason: "stop", usage: { promptTokens: 3, completionTokens: 4 } },
    ]);
    expect(chat.server.seen).toMatchObject([
      { method: "POST", url: "/v1/chat/completions", headers: { authorization: `Bearer ${key}` } },
    ]);
    expect(JSON.parse(chat.server.seen[0]?.body ?? "")).toEqual({
      model: "small",
      stream: true,
      ...question,
    });
  });

  test("[CP1] are given as they come, not at the end", async () => {
    const read = signalOnce();
    await using chat = await chatWith(async (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(chunk("first"));
      await read.happened;
      response.end(`${chunk("second")}data: [DONE]\n\n`);
    });
    const texts: string[] = [];
    for await (const part of await chat.owner.client.chat.complete.mutate(question)) {
      read.tell();
      if (part.type === "delta") texts.push(part.text);
    }
    expect(texts).toEqual(["first", "second"]);
  });

  test("[CP1] also from a server that answers whole", async () => {
    await using chat = await chatWith((_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ choices: [{ message: { content: "All." }, finish_reason: "stop" }] }));
    });
    expect(await chat.ask()).toEqual([
      { type: "delta", text: "All." },
      { type: "end", finishReason: "stop", usage: null },
    ]);
  });

  test("[CP2] an abort of the caller ends the request to the provider", async () => {
    const left = signalOnce();
    await using chat = await chatWith((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(chunk("first"));
      response.once("close", left.tell);
    });
    const stop = new AbortController();
    const parts = await chat.owner.client.chat.complete.mutate(question, { signal: stop.signal });
    const reading = (async () => {
      for await (const part of parts) {
        expect(part).toEqual({ type: "delta", text: "first" });
        stop.abort();
      }
    })();
    await expect(reading).rejects.toThrow();
    await left.happened;
  });

  test("[CP3] what the provider says of an error stays inside, and the key with it", async () => {
    const told = `Incorrect API key provided: ${key}, see /home/admin`;
    const refusals: readonly (readonly [number, string, string])[] = [
      [400, "unprocessable", "provider_refused"],
      [401, "upstream_failed", "provider_credentials"],
      [403, "upstream_failed", "provider_credentials"],
      [404, "upstream_failed", "provider_not_found"],
      [429, "rate_limited", "provider_rate_limited"],
      [500, "upstream_failed", "provider_failed"],
      [302, "upstream_failed", "redirected"],
    ];
    let status = 500;
    await using chat = await chatWith((_request, response) =>
      response
        .writeHead(status, { location: "http://127.0.0.1:9/", "content-type": "application/json" })
        .end(told),
    );
    for (const [given, code, reason] of refusals) {
      status = given;
      const failed = await chat.ask().catch((error: unknown) => error);
      expect(failed, String(given)).toMatchObject({ data: { code, reason } });
      expect(JSON.stringify(failed) + String(failed)).not.toMatch(/planted|admin/);
    }
  });

  test("[CP3] an answer that is none, breaks off or carries an error ends as an error", async () => {
    const answers: readonly (readonly [string, string, string])[] = [
      ["text/event-stream", "", "not_a_completion"],
      ["text/event-stream", "data: {broken\n\n", "not_a_completion"],
      ["text/event-stream", 'data: {"choices": 7}\n\n', "not_a_completion"],
      ["text/html", "<html>Sign in</html>", "not_a_completion"],
      ["application/json", "[]", "not_a_completion"],
      ["application/json", "null", "not_a_completion"],
      ["text/event-stream", `${chunk("a")}data: {"error":{"message":"${key}"}}\n\n`, "provider_failed"],
      ["text/event-stream", `data: ${"x".repeat(1_100_000)}`, "not_a_completion"],
    ];
    let [type = "", text = ""] = answers[0] ?? [];
    await using chat = await chatWith((_request, response) =>
      response.writeHead(200, { "content-type": type }).end(text),
    );
    for (const [givenType, givenText, reason] of answers) {
      [type, text] = [givenType, givenText];
      const failed = await chat.ask().catch((error: unknown) => error);
      expect(failed, givenText.slice(0, 40)).toMatchObject({ data: { code: "upstream_failed", reason } });
      expect(String(failed)).not.toContain(key);
    }
  });
});

describe("settings of chat", () => {
  test("[CP4] never show the key, keep it when it is left out and forget it on null", async () => {
    await using chat = await chatWith((_request, response) => response.end());
    const { settings } = chat.owner.client;
    const { baseUrl } = (await settings.get.query()).chat;
    expect(await settings.get.query()).toEqual({ chat: { baseUrl, model: "small", hasApiKey: true } });
    expect(await settings.update.mutate({ chat: { model: "big" } })).toEqual({
      chat: { baseUrl, model: "big", hasApiKey: true },
    });
    expect(await settings.update.mutate({ chat: { apiKey: null } })).toEqual({
      chat: { baseUrl, model: "big", hasApiKey: false },
    });
    expect(await settings.update.mutate({})).toEqual({ chat: { baseUrl, model: "big", hasApiKey: false } });
    const all = JSON.stringify([await settings.get.query(), await chat.owner.client.me.get.query()]);
    expect(all).not.toContain(key);
  });

  test("[CP4] a key goes only to the server it was given for", async () => {
    await using chat = await chatWith((_request, response) => response.end());
    await using elsewhere = await startWebServer((_request, response) => response.end());
    const { settings } = chat.owner.client;
    await expect(settings.update.mutate({ chat: { baseUrl: elsewhere.url } })).rejects.toMatchObject({
      data: { code: "bad_request", reason: "secret_required", httpStatus: 400 },
    });
    expect((await settings.get.query()).chat.baseUrl).toBe(`${chat.server.url}/v1`);
    const moved = await settings.update.mutate({ chat: { baseUrl: elsewhere.url, apiKey: null } });
    expect(moved.chat).toMatchObject({ baseUrl: elsewhere.url, hasApiKey: false });
  });

  test("[CP4] belong to one user; without a provider chat says so", async () => {
    await using chat = await chatWith((_request, response) => response.end());
    const other = await invited(chat.api, chat.owner);
    expect((await other.client.settings.get.query()).chat).toEqual({
      baseUrl: null,
      model: null,
      hasApiKey: false,
    });
    const read = async () => {
      for await (const _ of await other.client.chat.complete.mutate(question));
    };
    await expect(read()).rejects.toMatchObject({ data: { code: "unprocessable", reason: "no_provider" } });
  });

  test("[EG2] a provider on this machine is for the only user; with a second one it takes a setting", async () => {
    const whole: RequestListener = (_request, response) =>
      response.setHeader("content-type", "application/json").end('{"choices":[{"message":{"content":"x"}}]}');
    await using chat = await chatWith(whole);
    expect(await chat.ask()).toHaveLength(2);
    await invited(chat.api, chat.owner);
    await expect(chat.ask()).rejects.toMatchObject({
      data: { code: "forbidden", reason: "address_refused" },
    });
  });
});
