import type { createApiClient } from "@relite/core/api-client";
import { expect, expectTypeOf, test } from "vitest";
import type { AppRouter } from "../src/router.ts";

type Client = ReturnType<typeof createApiClient<AppRouter>>;

test("[API8] the router's types reach the client, and a wrong call fails to compile", () => {
  type Book = Awaited<ReturnType<Client["books"]["list"]["query"]>>["items"][number];
  expectTypeOf<Book["state"]>().toEqualTypeOf<"present" | "suspect" | "missing">();
  expectTypeOf<Awaited<ReturnType<Client["connections"]["sync"]["mutate"]>>>().toEqualTypeOf<{
    jobId: string;
  }>();
  type Shown = Awaited<ReturnType<Client["connections"]["get"]["query"]>>["auth"];
  expectTypeOf<Extract<Shown, { kind: "basic" }>>().toEqualTypeOf<{ kind: "basic"; username: string }>();
  const neverCalled = async (client: Client) => {
    // @ts-expect-error a connection needs its credentials
    await client.connections.create.mutate({ name: "NAS", url: "https://nas.example/" });
    const auth = { kind: "bearer", password: "x" } as const;
    // @ts-expect-error a bearer connection has a token, no password
    await client.connections.create.mutate({ name: "NAS", url: "x", auth });
    // @ts-expect-error no such format
    await client.books.list.query({ formats: ["exe"] });
    // @ts-expect-error the key is never in the settings
    (await client.settings.get.query()).chat.apiKey;
    for await (const part of await client.chat.complete.mutate({ messages: [] })) {
      // @ts-expect-error only a delta has text
      part.text;
      if (part.type === "delta") expectTypeOf(part.text).toBeString();
    }
  };
  expect(neverCalled).toBeTypeOf("function");
});
