import { randomBytes } from "node:crypto";
import { request } from "undici";
import { type BenchServer, startDavServers } from "./dav-servers.ts";
import { requestBytes, sendRequests } from "./http-load.ts";
import { type Contender, measureTimes, type Table } from "./measure.ts";

const smallRequests = 4_000;
const connections = 16;
const smallBytes = 4 * 1024;
const largeBytes = 200 * 1024 * 1024;

/** The endpoint beside stock webdav-server and Apache mod_dav on the same requests. */
export async function benchDav(): Promise<readonly Table[]> {
  const servers = await startDavServers((line) => process.stderr.write(`${line}\n`));
  try {
    return await measureAll(servers);
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

async function measureAll(servers: readonly BenchServer[]): Promise<readonly Table[]> {
  /** The target is a share of Apache's time, so it stands only where Apache runs. */
  const each = (run: (server: BenchServer) => Promise<void>, targetRatio?: number): readonly Contender[] =>
    servers.map((server) => ({
      name: server.name,
      run: () => run(server),
      ...(server.isOurs && servers.length > 2 && targetRatio !== undefined ? { targetRatio } : {}),
    }));
  const tables: Table[] = [];
  for (const entries of [1_000, 10_000]) {
    const folder = `list-${entries}/`;
    for (const server of servers) await fillFolder(server, folder, entries);
    tables.push(
      await measureTimes(
        `PROPFIND Depth 1 of ${entries} entries`,
        each((server) => list(server, folder), 0.3),
      ),
    );
  }
  for (const server of servers) await expectSuccess(server, "PUT", "small.bin", randomBytes(smallBytes));
  const burst = `${smallRequests} requests on ${connections} connections`;
  tables.push(await measureTimes(`GET 4 KiB, ${burst}`, each(getSmall, 1)));
  tables.push(await measureTimes(`PUT 4 KiB, new names, ${burst}`, each(putSmall, 1 / 1.5)));
  const large = randomBytes(largeBytes);
  tables.push(
    await measureTimes(
      "PUT 200 MB",
      each((server) => putLarge(server, large), 1 / 0.8),
      { rounds: 3 },
    ),
  );
  tables.push(await measureTimes("GET 200 MB", each(getLarge, 1 / 0.8), { rounds: 3 }));
  return tables;
}

async function fillFolder(server: BenchServer, folder: string, entries: number): Promise<void> {
  await expectSuccess(server, "MKCOL", folder);
  let next = 0;
  const make = () => {
    next += 1;
    return requestBytes(
      "PUT",
      new URL(`${folder}file-${next}.txt`, server.base),
      server.headers,
      Buffer.from(`entry ${next}`),
    );
  };
  await sendRequests(server.base, make, { count: entries, connections });
}

async function list(server: BenchServer, folder: string): Promise<void> {
  const body = `<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/><D:getcontentlength/><D:getlastmodified/><D:getetag/></D:prop></D:propfind>`;
  await expectSuccess(server, "PROPFIND", folder, Buffer.from(body), {
    depth: "1",
    "content-type": "application/xml",
  });
}

async function getSmall(server: BenchServer): Promise<void> {
  const bytes = requestBytes("GET", new URL("small.bin", server.base), server.headers);
  await sendRequests(server.base, () => bytes, { count: smallRequests, connections });
}

async function putSmall(server: BenchServer): Promise<void> {
  const body = randomBytes(smallBytes);
  const make = () => {
    const name = randomBytes(9).toString("hex");
    body.write(name);
    return requestBytes("PUT", new URL(`${name}.bin`, server.base), server.headers, body);
  };
  await sendRequests(server.base, make, { count: smallRequests, connections });
}

async function putLarge(server: BenchServer, body: Buffer): Promise<void> {
  body.write(randomBytes(16).toString("hex"));
  await expectSuccess(server, "PUT", "large.bin", body);
}

async function getLarge(server: BenchServer): Promise<void> {
  await expectSuccess(server, "GET", "large.bin");
}

async function expectSuccess(
  server: BenchServer,
  method: string,
  path: string,
  body: Uint8Array | null = null,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const answer = await request(new URL(path, server.base), {
    method: method as "GET",
    headers: { ...server.headers, ...headers },
    body,
  });
  await answer.body.dump({ limit: Number.MAX_SAFE_INTEGER });
  if (answer.statusCode > 299)
    throw new Error(`${server.name}: ${method} ${path} answered ${answer.statusCode}`);
}
