/** A write as it crosses threads: plain data, answered by plain data or rejected with a `ReliteError`. */
export type CallWriter = (port: string, method: string, args: readonly unknown[]) => Promise<unknown>;

export type Write = (...args: readonly unknown[]) => Promise<unknown>;

/** What can be called from another thread, by port and method. */
export type WriteTable = ReadonlyMap<string, ReadonlyMap<string, Write>>;

/** A port whose reads are done here and whose writes are done by the writer. */
export function forwardWrites<Port extends object>(
  name: string,
  { local, writes }: { readonly local: Port; readonly writes: readonly string[] },
  call: CallWriter,
): Port {
  const forwarded = writes.map((method): [string, Write] => [method, (...args) => call(name, method, args)]);
  return { ...local, ...Object.fromEntries(forwarded) };
}

/** The named methods of a port; one that it lacks is a mistake of ours. */
export function pickWrites(port: object, writes: readonly string[]): ReadonlyMap<string, Write> {
  const methods = new Map<string, unknown>(Object.entries(port));
  return new Map(
    writes.map((name) => {
      const method = methods.get(name);
      if (typeof method !== "function") throw new Error(`no such write: ${name}`);
      return [name, async (...args) => method(...args)];
    }),
  );
}
