import { createServer } from "node:http";
import { initTRPC, TRPCError, tracked } from "@trpc/server";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { fakeClock } from "../testing/index.ts";
import { createVerifier, generateKeyPair, signerFromKeyPair } from "../ucan/index.ts";
import { createApiClient, problemOf } from "./index.ts";

const trpc = initTRPC.context<{ readonly reason: string | null; readonly rootDid: string }>().create({
  errorFormatter: ({ shape, error }) => ({
    ...shape,
    data: { code: "unauthorized", reason: error.message, requestId: "r1", httpStatus: 401 },
  }),
});

const signedIn = trpc.procedure.use(({ ctx, next }) => {
  if (ctx.reason !== null) throw new TRPCError({ code: "UNAUTHORIZED", message: ctx.reason });
  return next();
});

const router = trpc.router({
  whoAmI: signedIn.output(z.object({ did: z.string() })).query(({ ctx }) => ({ did: ctx.rootDid })),
  double: signedIn.input(z.object({ value: z.number() })).mutation(({ input }) => input.value * 2),
  count: signedIn
    .input(z.object({ upTo: z.number(), lastEventId: z.string().optional() }))
    .subscription(async function* ({ input, signal }) {
      for (let at = Number(input.lastEventId ?? 0) + 1; at <= input.upTo; at++) {
        yield tracked(String(at), at);
        if (at === 2 && input.lastEventId === undefined)
          await new Promise((resolve) => signal?.addEventListener("abort", resolve));
      }
    }),
});
type TestRouter = typeof router;

/** A server whose clock may differ from ours; it says its own time in `Date`. */
async function startServer(serverClock = fakeClock(Date.now())) {
  const seen: string[] = [];
  const resumedAfter: unknown[] = [];
  const audience = "did:web:api.example";
  const verifier = createVerifier({
    audiences: [audience],
    isOwner: () => true,
    isRevoked: () => false,
    clock: serverClock,
  });
  const handler = createHTTPHandler({
    router,
    basePath: "/api/trpc/",
    createContext: async ({ req }) => {
      const token = (req.headers.authorization ?? "").slice(7);
      seen.push(token);
      if (req.headers["last-event-id"] !== undefined) resumedAfter.push(req.headers["last-event-id"]);
      const verified = await verifier.verify(token);
      return verified.ok
        ? { reason: null, rootDid: verified.principal.rootDid }
        : { reason: verified.code, rootDid: "" };
    },
  });
  const server = createServer((request, response) => {
    response.sendDate = false;
    response.setHeader("date", new Date(serverClock.nowMs()).toUTCString());
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const signer = await signerFromKeyPair(await generateKeyPair({ extractable: false }));
  return {
    seen,
    resumedAfter,
    breakConnections: () => server.closeAllConnections(),
    signer,
    serverClock,
    clientAt: (clock = fakeClock(Date.now())) =>
      createApiClient<TestRouter>({ baseUrl: `http://127.0.0.1:${port}`, audience, signer, clock }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("[AP1] an address and a signer give typed calls; one token serves until a minute before its end", async () => {
  await using server = await startServer();
  const clock = fakeClock(server.serverClock.nowMs());
  const client = server.clientAt(clock);
  expect(await client.whoAmI.query()).toEqual({ did: server.signer.did });
  expect(await client.double.mutate({ value: 21 })).toBe(42);
  expect(new Set(server.seen).size).toBe(1);
  for (const oneClock of [clock, server.serverClock]) await oneClock.advance(250_000);
  await client.whoAmI.query();
  expect(new Set(server.seen).size).toBe(2);
});

test("[AP2] a clock that is wrong by hours, either way, costs one more request and no error", async () => {
  for (const offsetMs of [-7_200_000, 7_200_000]) {
    await using server = await startServer();
    const client = server.clientAt(fakeClock(server.serverClock.nowMs() + offsetMs));
    expect(await client.whoAmI.query()).toEqual({ did: server.signer.did });
    expect(server.seen).toHaveLength(2);
    await client.whoAmI.query();
    expect(server.seen).toHaveLength(3);
  }
});

test("[AP2] a refusal that the clock does not explain is not tried again", async () => {
  await using server = await startServer();
  const other = createApiClient<TestRouter>({
    baseUrl: "http://127.0.0.1:1",
    audience: "did:web:elsewhere.example",
    signer: server.signer,
  });
  expect(problemOf(await other.whoAmI.query().catch((error: unknown) => error))).toMatchObject({
    code: "unreachable",
  });
  expect(server.seen).toEqual([]);
});

test("[AP3] a subscription carries a token, resumes by itself and corrects the clock too", async () => {
  await using server = await startServer();
  const client = server.clientAt(fakeClock(server.serverClock.nowMs() + 7_200_000));
  const values = await new Promise<readonly number[]>((resolve, reject) => {
    const seen: number[] = [];
    client.count.subscribe(
      { upTo: 3 },
      {
        onData: ({ data }) => {
          seen.push(data);
          if (data === 2) server.breakConnections();
        },
        onComplete: () => resolve(seen),
        onError: reject,
      },
    );
  });
  expect(values).toEqual([1, 2, 3]);
  expect(server.resumedAfter).toEqual(["2"]);
});

test("[AP4] what an error says is taken apart in one place", async () => {
  await using server = await startServer();
  const client = createApiClient<TestRouter>({
    baseUrl: "http://127.0.0.1:1",
    signer: server.signer,
    fetch: async () =>
      Response.json(
        [
          {
            error: {
              message: "No.",
              code: -32001,
              data: { code: "forbidden", reason: "owner_only", requestId: "r9" },
            },
          },
        ],
        { status: 403 },
      ),
  });
  const problem = problemOf(await client.whoAmI.query().catch((error: unknown) => error));
  expect(problem).toMatchObject({ code: "unreachable" });
  expect(problemOf("odd")).toEqual({ code: "unreachable", reason: null, message: "odd", requestId: null });
});

test("[AP5] a wrong call does not compile", () => {
  type Client = ReturnType<typeof createApiClient<TestRouter>>;
  expectTypeOf<Parameters<Client["double"]["mutate"]>[0]>().toEqualTypeOf<{ value: number }>();
  expectTypeOf<Awaited<ReturnType<Client["whoAmI"]["query"]>>>().toEqualTypeOf<{ did: string }>();
  const neverCalled = (client: Client) => {
    // @ts-expect-error a text is no number
    void client.double.mutate({ value: "21" });
    // @ts-expect-error the input is missing
    void client.double.mutate();
    // @ts-expect-error there is no such procedure
    void client.triple.mutate({ value: 21 });
    // @ts-expect-error a query is not called as a mutation
    void client.whoAmI.mutate();
  };
  expect(neverCalled).toBeTypeOf("function");
});
