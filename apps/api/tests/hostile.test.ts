import { connect } from "node:net";
import { statusByCode } from "@relite/core/errors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { listRestProcedures } from "../src/rest-procedures.ts";
import { appRouter } from "../src/router.ts";
import { claimed, startTestApi, type TestApi } from "./api-under-test.ts";
import { sampleByPath, unknownId, variantsOf, wholeInputs } from "./hostile-inputs.ts";

let api: TestApi;
let authorization: string;

beforeAll(async () => {
  api = await startTestApi({ RELITE_REQUESTS_PER_MINUTE: "1000000" });
  const owner = await claimed(api);
  authorization = `Bearer ${await api.tokenOf(owner.signer)}`;
});

afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

interface Procedure {
  readonly path: string;
  readonly type: "query" | "mutation" | "subscription";
}

const definition = z.object({ _def: z.object({ type: z.enum(["query", "mutation", "subscription"]) }) });

const procedures: readonly Procedure[] = Object.entries<unknown>({ ...appRouter._def.procedures }).map(
  ([path, procedure]) => ({ path, type: definition.parse(Object.assign({}, procedure))._def.type }),
);

/** Like JSON.stringify, but halves of surrogate pairs go out as escapes, as any client may send them. */
const toJson = (value: unknown) => JSON.stringify(value) ?? "null";

async function call({ path, type }: Procedure, input: string): Promise<Response> {
  const url = `${api.url}/api/trpc/${path}`;
  const stop = AbortSignal.timeout(20_000);
  if (type === "mutation")
    return fetch(url, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: input,
      signal: stop,
    });
  return fetch(`${url}?input=${encodeURIComponent(input)}`, { headers: { authorization }, signal: stop });
}

const errorShape = z.object({
  error: z.object({ message: z.string(), data: z.object({ code: z.string(), httpStatus: z.number() }) }),
});

const leaks =
  /node_modules|\/src\/|at [\w.]+ \(|SQLITE|prisma|planted-|setup-code-for-tests|undefined is not|Cannot read/i;

async function expectClearAnswer(answer: Response, what: string): Promise<void> {
  const text = await answer.text();
  // A remote that does not answer is the remote's fault, and the answer says so.
  expect(answer.status < 500 || text.includes('"code":"upstream_'), what).toBe(true);
  expect(text, what).not.toMatch(leaks);
  if (answer.status < 400) return;
  const { error } = errorShape.parse(JSON.parse(text));
  expect(Object.keys(statusByCode), what).toContain(error.data.code);
  expect(error.data.httpStatus, what).toBe(answer.status);
}

describe("hostile input over tRPC", () => {
  test("[HI1] every procedure has a sample, so that none is forgotten", () => {
    const withInput = procedures.map(({ path }) => path).filter((path) => !(path in sampleByPath));
    expect(withInput.toSorted()).toEqual([
      "access.list",
      "connections.list",
      "invitations.list",
      "me.get",
      "settings.get",
      "setup.status",
    ]);
  });

  test.each(procedures.filter(({ type }) => type !== "subscription").map((one) => [one.path, one] as const))(
    "[HI1] %s answers clearly, whatever it is given",
    async (path, procedure) => {
      const inputs = [...wholeInputs, ...[...variantsOf(sampleByPath[path])].map(toJson)];
      for (const input of inputs) {
        // A query travels in the address, which servers bound.
        if (procedure.type === "query" && input.length > 8_000) continue;
        await expectClearAnswer(await call(procedure, input), `${path} ${input.slice(0, 200)}`);
      }
    },
  );

  test("[HI1] a subscription refuses in its stream", async () => {
    const watch: Procedure = { path: "jobs.watch", type: "subscription" };
    for (const input of ['{"id":7}', '{"id":"\\u0000"}', '{"x":1}', "7", '{"id":"unknown"}']) {
      const text = await (await call(watch, input)).text();
      expect(text, input).toContain("event: serialized-error");
      expect(text, input).toMatch(/"code":"(bad_request|not_found)"/);
      expect(text).not.toMatch(leaks);
    }
  });

  test("[HI2] malformed requests are refused with the right status", async () => {
    const post = (path: string, body: string, type?: string) =>
      fetch(`${api.url}/api/trpc/${path}`, {
        method: "POST",
        headers: { authorization, ...(type === undefined ? {} : { "content-type": type }) },
        body,
      });
    const get = (path: string) => fetch(`${api.url}/api/trpc/${path}`, { headers: { authorization } });
    const json = "application/json";
    const answers: readonly (readonly [string, Promise<Response>, number])[] = [
      ["no JSON", post("me.update", "{", json), 400],
      ["empty", post("me.update", "", json), 400],
      ["text", post("me.update", '{"displayName":"x"}', "text/plain"), 415],
      ["XML", post("me.update", "<x/>", "application/xml"), 415],
      ["bytes", post("me.update", "\u0000\u0001", "application/octet-stream"), 415],
      ["form", post("me.update", "displayName=x", "application/x-www-form-urlencoded"), 415],
      ["broken form", post("me.update", "x", "multipart/form-data; boundary=y"), 400],
      ["form without boundary", post("me.update", "x", "multipart/form-data"), 400],
      ["10 MB", post("me.update", `{"displayName":"${"x".repeat(10_000_000)}"}`, json), 413],
      ["bad UTF-8", post("me.update", '{"displayName":"\\ud800"}', json), 400],
      ["query by POST", post("me.get", "{}", json), 405],
      ["mutation by GET", get("me.update"), 405],
      ["unknown", get("me.nothing"), 404],
      ["prototype", get("__proto__"), 404],
      ["constructor", get("constructor"), 404],
      ["toString", get("me.toString"), 404],
      ["bad input", get("books.list?input={"), 400],
      ["bad percent", get("books.list?input=%zz"), 400],
      ["batch without object", get("books.list?batch=1&input=7"), 400],
      ["too many", get(`${Array.from({ length: 30 }, () => "me.get").join(",")}?batch=1&input={}`), 400],
      ["bad path escape", get("%E0%A4%A"), 400],
      ["bad connection params", get("jobs.watch?connectionParams=7"), 400],
    ];
    for (const [what, asked, status] of answers) {
      const answer = await asked;
      expect([what, answer.status]).toEqual([what, status]);
      expect(await answer.text(), what).not.toMatch(leaks);
    }
  });

  test("[RS4] a client that sends all of a body that is too large before it listens hears so", async () => {
    const body = "x".repeat(10_000_000);
    const send = (path: string, method: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(api.server.port, "127.0.0.1");
        const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
        socket.once("error", reject).pause();
        socket.once("data", (answer) => {
          socket.destroy();
          resolve(answer.toString().split("\r\n")[0] ?? "");
        });
        socket.write(head + body, () => socket.resume());
      });
    for (let round = 0; round < 4; round++) {
      expect(await send("/api/me", "PUT")).toContain(" 413 ");
      expect(await send("/api/trpc/me.update", "POST")).toContain(" 413 ");
    }
  });

  test("[HI3] a body that is cut off, a request that never ends its head and noise do no harm", async () => {
    const head = `POST /api/trpc/me.update HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\n`;
    const pieces = [
      `${head}Content-Length: 100\r\n\r\n{"displayName":"cut`,
      `${head}Transfer-Encoding: chunked\r\n\r\n5\r\n{"dis`,
      `${head}Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}`,
      `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `${head}Content-Length: -1\r\n\r\n`,
      "GET /api/me HTTP/1.1\r\nHost: x\r\nX-Half: ",
      "\u0000\u0001\u0002\r\n\r\n",
      `GET / HTTP/1.1\r\nHost: x\r\n${"X: y\r\n".repeat(5_000)}\r\n`,
    ];
    for (const piece of pieces)
      await new Promise<void>((resolve) => {
        const socket = connect(api.server.port, "127.0.0.1", () => {
          socket.write(piece, "latin1", () => setImmediate(() => socket.destroy()));
        });
        socket.on("error", () => undefined);
        socket.on("close", () => resolve());
      });
    const me = await fetch(`${api.url}/api/me`, { headers: { authorization } });
    expect(me.status).toBe(200);
    expect(await me.json()).not.toMatchObject({ displayName: "cut" });
  });
});

describe("hostile input over REST", () => {
  test("[HI1] every path answers with a problem, whatever its body is", async () => {
    for (const { path, rest } of listRestProcedures()) {
      if (rest.method === "GET" || rest.method === "DELETE") continue;
      const url = api.url + rest.path.replaceAll(/\{\w+\}/g, unknownId);
      const sample = sampleByPath[path];
      const { id: _, ...fields } = { id: null, ...Object.assign({}, sample) };
      const bodies = [
        ...wholeInputs,
        "{",
        "<x/>",
        ...[...variantsOf(fields)].map(toJson).filter((_, index) => index % 3 === 0),
      ];
      for (const body of bodies) {
        const answer = await fetch(url, {
          method: rest.method,
          headers: { authorization, "content-type": "application/json" },
          body,
        });
        const what = `${rest.method} ${rest.path} ${body.slice(0, 100)}`;
        const text = await answer.text();
        const { status } = answer;
        expect(status < 500 || text.includes('"code":"upstream_'), what).toBe(true);
        expect(text, what).not.toMatch(leaks);
        if (status >= 400) expect(Object.keys(statusByCode), what).toContain(JSON.parse(text).code);
      }
    }
  });

  test("[HI1] ids in paths and queries may be anything", async () => {
    const odd = [
      "%00",
      "%ED%A0%80",
      "..%2f..",
      "%252e%252e",
      "a%20b",
      "'",
      "x".repeat(3_000),
      "apps",
      "%F0%9F%93%9A",
    ];
    for (const { rest } of listRestProcedures()) {
      if (!rest.path.includes("{")) continue;
      for (const one of odd) {
        const answer = await fetch(api.url + rest.path.replaceAll(/\{\w+\}/g, one), {
          method: rest.method,
          headers: { authorization },
        });
        const text = await answer.text();
        expect(answer.status, `${rest.method} ${rest.path} ${one}`).toBeGreaterThanOrEqual(400);
        expect(answer.status, `${rest.method} ${rest.path} ${one}`).toBeLessThan(500);
        expect(text).not.toMatch(leaks);
      }
    }
  });
});
