import { expect, test } from "vitest";
import { toBackendDestination, toBackendIf, toBackendPath } from "./target.ts";

const addresses = {
  ownOrigins: new Set(["http://localhost:3020", "http://127.0.0.1:3020"]),
  backend: { baseUrl: "http://localhost:3021", prefix: "/dav" },
};

test("[PX2] a path keeps its segments and never leaves /apps/<appId>/", () => {
  const paths: readonly (readonly [string, string])[] = [
    ["/api/webdav/apps/relite/", "/dav/apps/relite/"],
    ["/api/webdav/apps/relite", "/dav/apps/relite"],
    ["/api/webdav/apps/relite/a%20b/%E6%9B%B8.txt", "/dav/apps/relite/a%20b/%E6%9B%B8.txt"],
    ["/api/webdav/apps/relite/%252e%252e", "/dav/apps/relite/%252e%252e"],
    ["/api/webdav/apps/relite/e%CC%81", "/dav/apps/relite/%C3%A9"],
    ["/api/webdav/apps/relite/a&b;c=d", "/dav/apps/relite/a%26b%3Bc%3Dd"],
  ];
  for (const [path, expected] of paths) expect(toBackendPath(path, "/dav"), path).toBe(expected);
  const bad = [
    "..",
    "%2e%2e",
    ".",
    "a%2fb",
    "a%5cb",
    "a\\b",
    "%00",
    "%zz",
    "%c3%28",
    "a//b",
    "a#b",
    "a%0ab",
    "%ed%a0%80",
  ];
  for (const rest of bad)
    expect(() => toBackendPath(`/api/webdav/apps/relite/${rest}`, "/dav"), rest).toThrow(
      expect.objectContaining({ code: "bad_path" }),
    );
  for (const path of [
    "/api/webdav/other/x",
    "/api/webdav/apps/",
    "/api/webdav/apps/UPPER/x",
    "/api/webdav/apps/a*b",
  ])
    expect(() => toBackendPath(path, "/dav"), path).toThrow(expect.objectContaining({ code: "not_found" }));
});

test("[PX3] a Destination must be this server and passes the same grammar", () => {
  const good: readonly (readonly [string, string])[] = [
    ["http://localhost:3020/api/webdav/apps/relite/b", "http://localhost:3021/dav/apps/relite/b"],
    ["HTTP://LOCALHOST:3020/api/webdav/apps/relite/b/", "http://localhost:3021/dav/apps/relite/b/"],
    ["/api/webdav/apps/relite/b", "http://localhost:3021/dav/apps/relite/b"],
  ];
  for (const [given, expected] of good) expect(toBackendDestination(given, addresses)).toBe(expected);
  const bad = [
    "http://evil.example/api/webdav/apps/relite/b",
    "http://localhost:3020@evil.example/api/webdav/apps/relite/b",
    "//evil.example/api/webdav/apps/relite/b",
    "http://localhost:3021/dav/apps/relite/b",
    "/dav/apps/relite/b",
    "/api/webdav/apps/relite/../b",
    "/api/webdav/apps/relite/%2e%2e/b",
    "apps/relite/b",
    "http://localhost:3020/api/webdav/apps/relite/b?x=1",
    "",
  ];
  for (const given of bad)
    expect(() => toBackendDestination(given, addresses), given).toThrow(
      expect.objectContaining({ code: "bad_path" }),
    );
});

test("[PX3] addresses inside If become the endpoint's, other ones stay", () => {
  const given =
    '<http://localhost:3020/api/webdav/apps/relite/a> (<urn:uuid:1> ["x"]) </api/webdav/apps/relite/b> (<DAV:no-lock>) <http://evil.example/api/webdav/apps/a> (["y"])';
  expect(toBackendIf(given, addresses)).toBe(
    '</dav/apps/relite/a> (<urn:uuid:1> ["x"]) </dav/apps/relite/b> (<DAV:no-lock>) <http://evil.example/api/webdav/apps/a> (["y"])',
  );
});
