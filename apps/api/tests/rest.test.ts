import { describe, expect, test } from "vitest";
import { z } from "zod";
import { claimed, startTestApi } from "./api-under-test.ts";

const documentShape = z.object({
  openapi: z.string(),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        operationId: z.string(),
        parameters: z.array(z.object({ name: z.string(), in: z.string(), required: z.boolean() })),
        responses: z.record(z.string(), z.unknown()),
        requestBody: z.unknown().optional(),
      }),
    ),
  ),
});

async function signedIn() {
  const api = await startTestApi();
  const owner = await claimed(api);
  const authorization = `Bearer ${await api.tokenOf(owner.signer)}`;
  const send = (method: string, path: string, body?: string, type = "application/json") =>
    fetch(api.url + path, {
      method,
      headers: { authorization, ...(body === undefined ? {} : { "content-type": type }) },
      ...(body === undefined ? {} : { body }),
    });
  return { api, owner, send, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() };
}

describe("REST", () => {
  test("[RS1] has the fixed paths, and the document names each with its names in place", async () => {
    await using api = await startTestApi();
    const answer = await fetch(`${api.url}/api/openapi.json`);
    const document = documentShape.parse(await answer.json());
    expect(document.openapi).toBe("3.1.0");
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    for (const fixed of [
      "POST /api/webdav",
      "GET /api/webdav",
      "PUT /api/webdav/{id}",
      "DELETE /api/webdav/{id}",
      "POST /api/webdav/{id}/sync",
      "GET /api/books",
      "GET /api/jobs",
      "GET /api/settings",
      "PUT /api/settings",
      "GET /api/setup",
    ])
      expect(operations).toContain(fixed);
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, operation] of Object.entries(methods)) {
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
        const parameters = operation.parameters.filter((parameter) => parameter.in === "path");
        expect(
          parameters.map(({ name }) => name),
          path,
        ).toEqual(inPath);
        expect(Object.keys(operation.responses), operation.operationId).toContain("default");
        if (method === "get") expect(operation.requestBody).toBeUndefined();
      }
    expect(document.paths["/api/webdav/{id}/sync"]?.post?.responses).toHaveProperty("202");
    expect(document.paths["/api/webdav"]?.post?.responses).toHaveProperty("201");
  });

  test("[RS2] answers what the procedure answers", async () => {
    await using server = await signedIn();
    const me = await server.send("GET", "/api/me");
    expect([me.status, me.headers.get("content-type")]).toEqual([200, "application/json; charset=utf-8"]);
    expect(await me.json()).toEqual(await server.owner.client.me.get.query());
    const renamed = await server.send("PUT", "/api/me", '{"displayName":"Anna 書"}');
    expect(await renamed.json()).toMatchObject({ displayName: "Anna 書" });
    const invitation = await server.send("POST", "/api/invitations");
    expect(invitation.status).toBe(201);
    const { id } = z.object({ id: z.string() }).parse(await invitation.json());
    expect(await (await server.send("DELETE", `/api/invitations/${id}`)).json()).toEqual({ revoked: true });
  });

  test("[RS3] takes numbers, booleans and lists from the query by the schema", async () => {
    await using server = await signedIn();
    const ask = async (query: string) => {
      const answer = await server.send("GET", `/api/books${query}`);
      return [answer.status, await answer.text()] as const;
    };
    const empty = JSON.stringify({ items: [], nextCursor: null, total: 0 });
    expect(await ask("")).toEqual([200, empty]);
    expect(await ask("?limit=5&descending=true&formats=epub,pdf&formats=fb2.zip&search=123")).toEqual([
      200,
      empty,
    ]);
    for (const query of [
      "?limit=0",
      "?limit=many",
      "?limit=1e9",
      "?descending=1",
      "?formats=exe",
      "?x=1",
      "?sort=size&sort=title",
      "?cursor=%00",
    ]) {
      const [status, body] = await ask(query);
      expect([query, status]).toEqual([query, 400]);
      expect(JSON.parse(body)).toMatchObject({ code: "bad_request" });
    }
  });

  test("[RS4] a body that is no JSON object of the right type is refused with its reason", async () => {
    await using server = await signedIn();
    const refused: readonly (readonly [string, string, number, string])[] = [
      ["{", "application/json", 400, "bad_request"],
      ["", "application/json", 400, "bad_request"],
      ["[]", "application/json", 400, "bad_request"],
      ["null", "application/json", 400, "bad_request"],
      ['"text"', "application/json", 400, "bad_request"],
      ['{"displayName":7}', "application/json", 400, "bad_request"],
      ['{"displayName":"x","role":"owner"}', "application/json", 400, "bad_request"],
      ['{"__proto__":{"role":"owner"},"displayName":"x"}', "application/json", 400, "bad_request"],
      ['{"constructor":{"prototype":{}},"displayName":"x"}', "application/json", 400, "bad_request"],
      ["displayName=x", "application/x-www-form-urlencoded", 415, "unsupported_media_type"],
      ['{"displayName":"x"}', "text/plain", 415, "unsupported_media_type"],
      ["<x/>", "application/xml", 415, "unsupported_media_type"],
      [`{"displayName":"${"x".repeat(5_000_000)}"}`, "application/json", 413, "too_large"],
    ];
    for (const [body, type, status, code] of refused) {
      const answer = await server.send("PUT", "/api/me", body, type);
      expect([body.slice(0, 60), answer.status]).toEqual([body.slice(0, 60), status]);
      expect(answer.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
      expect(await answer.json()).toMatchObject({
        code,
        status,
        requestId: answer.headers.get("x-request-id"),
      });
    }
    expect((await server.owner.client.me.get.query()).displayName).toMatch(/^Reader /);
  });

  test("[RS5] unknown paths and methods are problems too", async () => {
    await using server = await signedIn();
    const refused: readonly (readonly [string, string, number])[] = [
      ["GET", "/api/nothing", 404],
      ["POST", "/api/books", 404],
      ["PATCH", "/api/me", 404],
      ["GET", `/api/books/${"x".repeat(4_000)}`, 400],
      ["GET", "/api/books/%E0%A4%A", 400],
      ["GET", "/api/books/a%00b", 400],
      ["GET", "/api/books/unknown-id", 404],
      ["GET", "/api/jobs/unknown-id", 404],
      ["POST", "/api/jobs/unknown-id/cancel", 404],
    ];
    for (const [method, path, status] of refused) {
      const answer = await server.send(method, path);
      expect([method, path.slice(0, 40), answer.status]).toEqual([method, path.slice(0, 40), status]);
      expect(answer.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
    }
  });
});
