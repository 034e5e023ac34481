import { expect, test } from "vitest";
import { redact } from "./redact.ts";

test("[LG1] secrets are masked by their name and by their form, at any depth and inside errors", () => {
  const secret = "hunter2-planted";
  const jwt = "eyJhbGciOiJFZERTQSJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl";
  const error = new Error(`PUT http://anna:${secret}@nas.example/ failed with Bearer ${secret}`, {
    cause: Object.assign(new Error(`token ${jwt}`), { code: "ECONNREFUSED", apiKey: secret }),
  });
  const written = JSON.stringify(
    redact({
      password: secret,
      nested: {
        deeper: [{ Authorization: `Basic ${secret}`, api_key: secret, setupCode: secret, code: secret }],
      },
      headers: { "x-relite-authorization": secret, cookie: secret },
      text: `authorization: bearer ${secret}, key sk-${secret}, ${jwt}`,
      sealedSecret: { keyId: "k", bytes: new TextEncoder().encode(secret) },
      bytes: new TextEncoder().encode(secret),
      [`http://anna:${secret}@nas.example`]: 1,
      error,
    }),
  );
  expect(written).not.toContain(secret);
  expect(written).not.toContain(jwt);
  expect(written).toContain("ECONNREFUSED");
  expect(written).toContain("nas.example");
});

test("[LG1] what is no secret stays readable", () => {
  const fields = {
    requestId: "a",
    errorCode: "not_found",
    ms: 3,
    usage: { promptTokens: 4 },
    hasApiKey: true,
    none: null,
  };
  expect(redact(fields)).toEqual(fields);
});

test("[LG1] cycles and endless depth do not stop it", () => {
  const loop: Record<string, unknown> = {};
  loop.loop = loop;
  expect(JSON.stringify(redact(loop))).toContain("[deep]");
});
