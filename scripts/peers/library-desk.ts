import { claimed, startTestApi } from "../../apps/api/tests/api-under-test.ts";

type Client = Awaited<ReturnType<typeof claimed>>["client"];
export type JobView = Awaited<ReturnType<Client["jobs"]["get"]["query"]>>;
export type BookView = Awaited<ReturnType<Client["books"]["get"]["query"]>>;

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** A real API on a free port with its first user, worked with as any program would: over HTTP, by the typed client. */
export async function openLibraryDesk() {
  const api = await startTestApi();
  const { client } = await claimed(api);
  return {
    client,
    /** Connects an address; answers the connection and how its first sync ended. */
    connect: async (name: string, url: string, { username, password }: Login) => {
      const auth = { kind: "basic", username, password } as const;
      const { id } = await client.connections.create.mutate({ name, url, auth });
      const [first] = (await client.jobs.list.query({ connectionId: id })).items;
      return { id, job: await untilEnded(client, first?.id ?? "") };
    },
    sync: async (id: string): Promise<JobView> =>
      untilEnded(client, (await client.connections.sync.mutate({ id })).jobId),
    /** All books of a connection, by path. */
    books: async (connectionId: string): Promise<ReadonlyMap<string, BookView>> => {
      const found = new Map<string, BookView>();
      let cursor: string | null | undefined;
      while (cursor !== null) {
        const page = { connectionId, limit: 200, ...(cursor === undefined ? {} : { cursor }) };
        const { items, nextCursor } = await client.books.list.query(page);
        for (const book of items) found.set(book.path, book);
        cursor = nextCursor;
      }
      return found;
    },
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

export type LibraryDesk = Awaited<ReturnType<typeof openLibraryDesk>>;

/** Follows a job by the live subscription until it is over. */
function untilEnded(client: Client, id: string): Promise<JobView> {
  return new Promise((resolve, reject) => {
    const subscription = client.jobs.watch.subscribe(
      { id },
      {
        onData: ({ data }) => {
          if (data.status === "queued" || data.status === "running") return;
          subscription.unsubscribe();
          resolve(data);
        },
        onError: reject,
      },
    );
  });
}
