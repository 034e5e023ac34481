import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readConfig, settingNames } from "./config.ts";

test("[CF1] with nothing set everything has a value", () => {
  const config = readConfig({});
  expect(config).toMatchObject({
    host: "127.0.0.1",
    port: 3020,
    publicUrl: null,
    databaseUrl: null,
    allowPrivate: null,
    sync: { intervalMs: 1_200_000, maxConcurrency: 2 },
    sealing: { key: null, previous: null },
    backend: { baseUrl: "http://localhost:3021", prefix: "/dav", ucanAudience: null },
  });
  expect(config.dataDir).toMatch(/\/data\/api$/);
});

test("[CF2] a sealing key is 32 bytes as hex or base64", () => {
  const bytes = new Uint8Array(32).fill(7);
  const hex = Buffer.from(bytes).toString("hex");
  const base64 = Buffer.from(bytes).toString("base64");
  for (const text of [hex, hex.toUpperCase(), base64])
    expect(readConfig({ RELITE_WEB_DAV_KEY: text }).sealing.key).toEqual(bytes);
});

test("[CF1] every bad setting is named at once, and no value is repeated", () => {
  const bad: Readonly<Record<string, readonly string[]>> = {
    RELITE_PORT: ["x", "-1", "65536", "3020.5", "99999999999"],
    RELITE_HOST: ["a b", "http://x"],
    RELITE_PUBLIC_URL: ["localhost:3020", "ftp://x", "http://x/path", "http://user:pw@x"],
    RELITE_DATABASE_URL: ["mysql://x", "relite.db"],
    RELITE_SETUP_CODE: ["short"],
    RELITE_WEB_DAV_KEY: ["secret-planted", "00".repeat(31), "00".repeat(33), "zz".repeat(32)],
    RELITE_WEB_DAV_KEY_PREVIOUS: ["secret-planted"],
    RELITE_WEB_DAV_SYNC_INTERVAL: ["20", "0s", "soon", "10ms"],
    RELITE_WEB_DAV_MAX_CONCURRENCY: ["0", "-1", "many", "1000"],
    RELITE_WEB_DAV_ALLOW_PRIVATE: ["yes", "TRUE "],
    WEBDAV_BACKEND_BASE_URL: ["localhost", "file:///x", "http://x/?a=1", "http://u:secret-planted@x"],
    WEBDAV_BACKEND_PREFIX: ["dav", "/a/../b", "/a b", "/dav?x"],
    NEXT_PUBLIC_WEBDAV_UCAN_AUD: ["localhost", "did:"],
    RELITE_CONNECT_ORIGINS: ["https://ok.example not-an-origin"],
    RELITE_REQUESTS_PER_MINUTE: ["0"],
    RELITE_TRUSTED_PROXIES: ["true", "*", "0.0.0.0/0", "10.0.0.1 localhost"],
    RELITE_PROXY_HEADER: ["x-real-ip"],
    RELITE_LOG_LEVEL: ["loud"],
  };
  for (const [name, values] of Object.entries(bad))
    for (const value of values)
      expect(() => readConfig({ [name]: value }), `${name}=${value}`).toThrow(
        expect.objectContaining({ code: "config_invalid", message: expect.stringContaining(name) }),
      );
  const all = Object.fromEntries(Object.entries(bad).map(([name, values]) => [name, values[0]]));
  try {
    readConfig(all);
    expect.unreachable();
  } catch (error) {
    for (const name of Object.keys(bad)) expect(String(error)).toContain(name);
    expect(String(error)).not.toContain("secret-planted");
  }
});

test("[CF1] every setting is listed in .env.example", () => {
  const listed = readFileSync(`${import.meta.dirname}/../../../.env.example`, "utf8");
  for (const name of settingNames()) expect(listed).toMatch(new RegExp(`^# ${name}=`, "m"));
});
