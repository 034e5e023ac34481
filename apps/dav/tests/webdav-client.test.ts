import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AuthType, createClient, type WebDAVClient } from "webdav";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { accessClient } from "./access-client.ts";

describe("the client most programs in JavaScript use (npm webdav)", () => {
  let dav: TestServer;
  let client: WebDAVClient;
  beforeAll(async () => {
    dav = await startTestServer({ env: { DAV_QUOTA_DEFAULT: "1G" } });
    const access = accessClient(dav);
    const { password } = await access.create({ ucan: await access.ucan(), label: "npm webdav" });
    const url = `${dav.server.url}/dav/apps/test`;
    client = createClient(url, { authType: AuthType.Password, username: "anyone", password });
  });
  afterAll(() => dav[Symbol.asyncDispose]());

  it("[DV1] writes, reads, lists, copies, moves and removes", async () => {
    await client.createDirectory("/a/deep/folder", { recursive: true });
    expect(await client.putFileContents("/a/deep/Ünï & 本 #1?.txt", "hello")).toBe(true);
    expect(await client.getFileContents("/a/deep/Ünï & 本 #1?.txt", { format: "text" })).toBe("hello");
    await client.copyFile("/a/deep/Ünï & 本 #1?.txt", "/a/copy.txt");
    await client.moveFile("/a/copy.txt", "/moved.txt");
    const below = await client.getDirectoryContents("/", { deep: true });
    const names = [below].flat().map(({ filename, type }) => [filename, type]);
    expect(names).toEqual(
      expect.arrayContaining([
        ["/a", "directory"],
        ["/a/deep", "directory"],
        ["/a/deep/folder", "directory"],
        ["/a/deep/Ünï & 本 #1?.txt", "file"],
        ["/moved.txt", "file"],
      ]),
    );
    expect(names).toHaveLength(5);
    await client.deleteFile("/a");
    expect(await client.exists("/a/deep")).toBe(false);
    expect(await client.exists("/moved.txt")).toBe(true);
  });

  it("[DV8] streams up, reads a range, and tells what a file is", async () => {
    const upload = client.createWriteStream("/stream.bin");
    await new Promise<void>((resolve, reject) => {
      upload.on("error", reject);
      upload.on("close", resolve);
      for (let part = 0; part < 10; part += 1) upload.write(Buffer.alloc(100_000, part));
      upload.end();
    });
    await expect.poll(async () => (await client.exists("/stream.bin")) && statSize(client)).toBe(1_000_000);
    const middle = await readAll(
      client.createReadStream("/stream.bin", { range: { start: 299_998, end: 300_001 } }),
    );
    expect([...middle]).toEqual([2, 2, 3, 3]);
    const { etag, mime, size, type } = await facts(client, "/stream.bin");
    expect({ mime, size, type }).toEqual({ mime: "application/octet-stream", size: 1_000_000, type: "file" });
    expect(etag).toMatch(/^[\w-]{43}$/);
  });

  it("[DL1] locks, is refused without its token, and unlocks", async () => {
    await client.putFileContents("/locked.txt", "mine");
    const lock = await client.lock("/locked.txt");
    await expect(client.putFileContents("/locked.txt", "other")).rejects.toMatchObject({ status: 423 });
    const headers = { If: `(<${lock.token}>)` };
    expect(await client.putFileContents("/locked.txt", "changed", { headers })).toBe(true);
    await client.unlock("/locked.txt", lock.token);
    expect(await client.putFileContents("/locked.txt", "free")).toBe(true);
  });

  it("[DV17] says how much room there is", async () => {
    const quota = await client.getQuota();
    expect(quota).toEqual({ used: expect.any(Number), available: expect.any(Number) });
  });
});

async function facts(client: WebDAVClient, path: string) {
  const stat = await client.stat(path);
  return "data" in stat ? stat.data : stat;
}

async function statSize(client: WebDAVClient): Promise<number> {
  return (await facts(client, "/stream.bin")).size;
}

async function readAll(stream: unknown): Promise<Buffer> {
  const chunks: Buffer[] = [];
  if (!(stream instanceof Readable)) throw new Error("not a stream of Node");
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
