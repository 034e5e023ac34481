import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { request } from "undici";
import { claimed, startTestApi } from "../apps/api/tests/api-under-test.ts";
import { startApache } from "../scripts/peers/apache.ts";
import { ensureProgram } from "../scripts/peers/packages.ts";
import { startRclone } from "../scripts/peers/rclone.ts";
import { type BenchServer, startOurs } from "./dav-servers.ts";
import { type Contender, measureTimes, type Table } from "./measure.ts";

const outerFolders = 20;
const innerFolders = 10;
const filesPerFolder = 50;
const rounds = 3;

/** Parents before children; "" is the root. */
const folders = [
  "",
  ...new Set(
    [...paths()].flatMap((path) => [`${path.split("/")[0]}/`, `${path.split("/").slice(0, 2).join("/")}/`]),
  ),
];

interface Source {
  readonly name: string;
  readonly url: string;
  /** Bearer token, where one is asked for. */
  readonly token?: string;
  close(): Promise<void>;
}

type Progress = Awaited<ReturnType<Client["jobs"]["get"]["query"]>>["progress"];
type Client = Awaited<ReturnType<typeof claimed>>["client"];

/** First and idle sync of 10,000 books in 221 folders, index included, beside bare listings of the same tree. */
export async function* benchLibrary(): AsyncGenerator<Table> {
  const rclone = ensureProgram("rclone", "rclone");
  if (!rclone.available) console.error(`rclone is left out: ${rclone.reason}`);
  for (const start of [...(await foreignSources(rclone.available)), startEndpoint]) {
    const source = await start();
    await using api = await startTestApi();
    const { client } = await claimed(api);
    try {
      yield* benchSource(source, client, rclone.available);
    } finally {
      await source.close();
    }
  }
}

async function* benchSource(source: Source, client: Client, hasRclone: boolean): AsyncGenerator<Table> {
  const idle = await connect(client, source);
  const { requests } = await sync(client, idle);
  const listing: readonly Contender[] = [
    { name: `bare PROPFINDs (${folders.length}), answers thrown away`, run: () => listBarely(source) },
    ...(hasRclone
      ? [{ name: "rclone lsf -R (100 requests a second at most)", run: () => listByRclone(source) }]
      : []),
  ];
  yield await measureTimes(
    `First sync of 10,000 books on ${source.name}`,
    [
      ...listing,
      { name: `relite: connect, scan, index (${requests} PROPFINDs)`, run: () => connect(client, source) },
    ],
    { rounds },
  );
  yield await measureTimes(
    `Idle sync of 10,000 books on ${source.name}`,
    [...listing, { name: `relite: scan, compare (${requests} PROPFINDs)`, run: () => sync(client, idle) }],
    { rounds },
  );
}

async function connect(client: Client, { name, url, token }: Source): Promise<string> {
  const auth = token === undefined ? ({ kind: "none" } as const) : ({ kind: "bearer", token } as const);
  const { id } = await client.connections.create.mutate({ name, url, auth });
  await sync(client, id);
  return id;
}

async function sync(client: Client, id: string): Promise<Progress> {
  const { jobId } = await client.connections.sync.mutate({ id });
  return new Promise((resolve, reject) => {
    const watching = client.jobs.watch.subscribe(
      { id: jobId },
      {
        onData: ({ data: job }) => {
          if (job.status === "queued" || job.status === "running") return;
          watching.unsubscribe();
          const isWhole =
            job.status === "done" && job.progress.files === outerFolders * innerFolders * filesPerFolder;
          if (isWhole) resolve(job.progress);
          else reject(new Error(`The sync ended with ${JSON.stringify(job)}`));
        },
        onError: reject,
      },
    );
  });
}

/** What the network and the server cost alone: every folder asked for once, eight at a time. */
async function listBarely({ url, token }: Source): Promise<void> {
  const waiting = [...folders];
  const headers = {
    depth: "1",
    "content-type": "application/xml",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const body = `<propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/><getlastmodified/><getetag/></prop></propfind>`;
  const ask = async () => {
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const answer = await request(new URL(encodeURI(path), url), { method: "PROPFIND", headers, body });
      if (answer.statusCode !== 207) throw new Error(`PROPFIND ${path} was answered ${answer.statusCode}`);
      await answer.body.dump({ limit: Number.MAX_SAFE_INTEGER });
    }
  };
  await Promise.all(Array.from({ length: 8 }, ask));
}

async function listByRclone({ url, token }: Source): Promise<void> {
  const login = token === undefined ? [] : ["--webdav-bearer-token", token];
  const args = [
    "lsf",
    "-R",
    "--files-only",
    "--checkers",
    "32",
    "--config",
    "/dev/null",
    "--webdav-url",
    url,
    ...login,
  ];
  const { stdout } = await promisify(execFile)("rclone", [...args, ":webdav:"], {
    maxBuffer: 64 * 1024 ** 2,
  });
  const files = stdout.trimEnd().split("\n").length;
  if (files !== outerFolders * innerFolders * filesPerFolder) throw new Error(`rclone listed ${files} files`);
}

async function foreignSources(hasRclone: boolean): Promise<readonly (() => Promise<Source>)[]> {
  const apache = ensureProgram("apache2", "apache2");
  if (!apache.available) console.error(`Apache is left out: ${apache.reason}`);
  const onFolder =
    (name: string, start: (folder: string) => Promise<{ url: string; close(): Promise<void> }>) =>
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "relite-bench-"));
      for (const path of paths()) {
        mkdirSync(join(folder, path, ".."), { recursive: true });
        writeFileSync(join(folder, path), path);
      }
      const server = await start(folder);
      const close = async () => {
        await server.close();
        await rm(folder, { recursive: true, force: true });
      };
      return { name, url: server.url, close };
    };
  return [
    ...(apache.available ? [onFolder("Apache mod_dav", startApache)] : []),
    ...(hasRclone ? [onFolder("rclone serve webdav", startRclone)] : []),
  ];
}

/** Our own endpoint as a remote server, filled over the wire. */
async function startEndpoint(): Promise<Source> {
  const server: BenchServer = await startOurs();
  const base = server.base.href;
  const send = async (method: string, path: string, body?: string) => {
    const answer = await fetch(`${base}${path}`, {
      method,
      headers: server.headers,
      ...(body === undefined ? {} : { body }),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}`);
  };
  for (const folder of folders) if (folder !== "") await send("MKCOL", folder);
  const waiting = [...paths()];
  const put = async () => {
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) await send("PUT", path, path);
  };
  await Promise.all(Array.from({ length: 16 }, put));
  const token = (server.headers.authorization ?? "").slice("Bearer ".length);
  return { name: "our endpoint (UCAN)", url: base, token, close: () => server.close() };
}

function* paths(): Generator<string> {
  for (let outer = 0; outer < outerFolders; outer += 1)
    for (let inner = 0; inner < innerFolders; inner += 1)
      for (let file = 0; file < filesPerFolder; file += 1)
        yield `author ${outer}/series ${inner}/book ${file}.epub`;
}
