import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OwnedEndpoint, startOwnedEndpoint } from "./owned-endpoint.ts";
import { ensureProgram } from "./packages.ts";
import { runProgram } from "./run-program.ts";

const { available, reason } = ensureProgram("curl", "curl");

describe.skipIf(!available)(`curl on our endpoint ${reason}`, () => {
  let endpoint: OwnedEndpoint;
  let token = "";
  let large = "";
  const text = randomBytes(4 * 1024 ** 2).toString("hex");

  const curl = (path: string, args: readonly string[], bearer = token) =>
    runProgram("curl", [
      "--silent",
      "--show-error",
      "--header",
      `Authorization: Bearer ${bearer}`,
      ...args,
      `${endpoint.url}${path}`,
    ]);
  const printed = (what: string) => ["--output", "/dev/null", "--write-out", what] as const;

  beforeAll(async () => {
    endpoint = await startOwnedEndpoint("curl");
    token = await endpoint.token();
    large = join(endpoint.folder, "large.txt");
    writeFileSync(large, text);
  });
  afterAll(() => endpoint[Symbol.asyncDispose]());

  it("[DV37] an upload that asks first is invited, and lands whole", async () => {
    const asked = ["--verbose", "--header", "Expect: 100-continue", "--expect100-timeout", "30"];
    const sent = await curl("large.txt", [...asked, "--upload-file", large, ...printed("%{http_code}")]);
    expect(sent).toMatchObject({
      code: 0,
      out: "201",
      err: expect.stringContaining("HTTP/1.1 100 Continue"),
    });
    expect((await curl("large.txt", [])).out).toBe(text);
  });

  it("[DV37] an upload that may not be is refused before its body is sent", async () => {
    const asked = ["--header", "Expect: 100-continue", "--expect100-timeout", "30", "--upload-file", large];
    const facts = printed("%{http_code} %{size_upload}");
    const reader = await endpoint.token("--can", "read");
    expect((await curl("other.txt", [...asked, ...facts], reader)).out).toBe("403 0");
    expect((await curl("other.txt", [...asked, ...facts], "rubbish")).out).toBe("401 0");
    expect((await curl("nowhere/other.txt", [...asked, ...facts])).out).toBe("409 0");
    expect((await curl("large.txt", [...asked, "--header", "If-None-Match: *", ...facts])).out).toBe("412 0");
    expect((await curl("large.txt", [])).out).toBe(text);
  });

  it.each([
    ["0-9", () => text.slice(0, 10)],
    ["1000000-1000099", () => text.slice(1_000_000, 1_000_100)],
    ["8388600-", () => text.slice(8_388_600)],
    ["-7", () => text.slice(-7)],
  ])("[DV8] range %s", async (range, expected) => {
    const part = await curl("large.txt", ["--range", range, "--write-out", " %{http_code}"]);
    expect(part).toMatchObject({ code: 0, out: `${expected()} 206` });
  });

  it("[DV8] several ranges come as parts, one past the end is refused", async () => {
    const parts = await curl("large.txt", ["--range", "0-3,8-11", "--include"]);
    expect(parts.out).toMatch(/^content-type: multipart\/byteranges; boundary=/im);
    for (const part of [text.slice(0, 4), text.slice(8, 12)])
      expect(parts.out).toContain(`\r\n\r\n${part}\r\n--`);
    expect((await curl("large.txt", ["--range", "9000000-", ...printed("%{http_code}")])).out).toBe("416");
  });

  it("[DV8] a download that broke off is gone on with", async () => {
    const partial = join(endpoint.folder, "partial.txt");
    writeFileSync(partial, text.slice(0, 3_000_000));
    const facts = ["--write-out", "%{http_code} %{size_download}"];
    const resumed = await curl("large.txt", ["--continue-at", "-", "--output", partial, ...facts]);
    expect(resumed).toMatchObject({ code: 0, out: `206 ${text.length - 3_000_000}` });
    expect(readFileSync(partial, "utf8")).toBe(text);
  });

  it("[DV7] a file that did not change is not sent again", async () => {
    const [etag, copy] = [join(endpoint.folder, "etag"), join(endpoint.folder, "copy.txt")];
    const facts = ["--output", copy, "--write-out", "%{http_code}"];
    expect((await curl("large.txt", ["--etag-save", etag, ...facts])).out).toBe("200");
    expect((await curl("large.txt", ["--etag-compare", etag, ...facts])).out).toBe("304");
    expect(existsSync(copy)).toBe(true);
  });

  it("[DV1] a body of unknown length arrives in chunks, whole", async () => {
    const chunked = ["--header", "Transfer-Encoding: chunked", "--upload-file", large];
    expect((await curl("chunked.txt", [...chunked, ...printed("%{http_code}")])).out).toBe("201");
    expect((await curl("chunked.txt", [])).out).toBe(text);
  });
});
