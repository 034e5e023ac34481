import { describe, expect, it } from "vitest";
import { defaultChoice, endpointOf, normalPrefix, parseChoice, problemOf } from "./endpoint-settings.ts";

const server = {
  backendBaseUrl: "http://localhost:3021/",
  backendPrefix: "/dav",
  ucanAudience: "did:web:files.example",
  apiAudience: "did:web:localhost%3A3020",
  version: "0.1.0",
};

describe("endpoint settings", () => {
  it("[WSE1] follow the server until the user chooses", () => {
    expect(endpointOf(defaultChoice, server)).toEqual({
      baseUrl: "http://localhost:3021",
      prefix: "/dav",
      audience: "did:web:files.example",
      mode: "direct",
      appId: "relite",
    });
  });

  it("[WSE1] the audience of another address follows from that address", () => {
    const endpoint = endpointOf({ ...defaultChoice, baseUrl: "https://dav.example:8443/" }, server);
    expect(endpoint.audience).toBe("did:web:dav.example%3A8443");
    expect(endpoint.baseUrl).toBe("https://dav.example:8443");
  });

  it("[WSE1] an audience the user typed wins", () => {
    const choice = { ...defaultChoice, baseUrl: "https://a.example", audience: "did:web:b.example" };
    expect(endpointOf(choice, server).audience).toBe("did:web:b.example");
  });

  it.each([
    ["/dav", "/dav"],
    ["dav/", "/dav"],
    [" /remote.php/dav/ ", "/remote.php/dav"],
    ["/", ""],
    ["", ""],
  ])("[WSE1] the prefix %j is %j", (typed, prefix) => expect(normalPrefix(typed)).toBe(prefix));

  it.each([
    [{ baseUrl: "ftp://x" }, "bad_address"],
    [{ baseUrl: "https://user:pass@x" }, "bad_address"],
    [{ baseUrl: "https://x/?q=1" }, "bad_address"],
    [{ baseUrl: "not an address" }, "bad_address"],
    [{ prefix: "/a b" }, "bad_prefix"],
    [{ audience: "localhost:3021" }, "bad_audience"],
    [{ appId: "Relite" }, "bad_app_id"],
    [{ appId: "../x" }, "bad_app_id"],
  ])("[WSE2] %j is refused as %s", (change, problem) =>
    expect(problemOf({ ...defaultChoice, ...change })?.problem).toBe(problem),
  );

  it.each([null, 7, "x", [], { mode: "weird", appId: 9, baseUrl: {} }])(
    "[WSE2] stored rubbish %j reads as the default",
    (stored) => expect(parseChoice(stored)).toEqual(defaultChoice),
  );
});
