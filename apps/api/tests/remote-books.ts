import { createRemoteDav, createRemoteTree, serveHandler } from "@relite/core/testing";
import { claimed, type TestApi } from "./api-under-test.ts";

export const credentials = { kind: "basic", username: "anna", password: "pl4nted-päßword" } as const;
const authorization = `Basic ${Buffer.from("anna:pl4nted-päßword").toString("base64")}`;

/** A foreign server with four books and a picture on it. */
export async function remoteBooks() {
  const tree = createRemoteTree();
  for (const path of [
    "Novels/Zebra 10.epub",
    "Novels/Zebra 2.epub",
    "三体/三体 第一部.pdf",
    "notes.txt",
    "cover.jpg",
  ])
    tree.putFile(path, { sizeBytes: 1_000 });
  const remote = createRemoteDav({ tree, authorization });
  const server = await serveHandler(remote.handle);
  return { tree, remote, server, url: `${server.origin}/dav/`, [Symbol.asyncDispose]: () => server.close() };
}

/** A fresh API whose owner has connected the server and synced once. */
export async function connected(api: TestApi, url: string) {
  const owner = await claimed(api);
  const connection = await owner.client.connections.create.mutate({ name: "NAS", url, auth: credentials });
  await api.server.drain();
  return { owner, connection, client: owner.client };
}
