import type { Clock } from "@relite/core/clock";
import { type Command, createCommand, UsageError } from "@relite/core/node";
import type { z } from "zod";
import { createRemote, understand } from "./remote.ts";
import { issueStoredOrder, readStoredOrder, required } from "./stored-order.ts";

/** What is told of something: for programs, and for people. */
export interface Telling {
  readonly value: unknown;
  readonly lines: readonly string[];
}

/** What app passwords and shares differ in. */
export interface StoredKind<Made extends z.ZodType, Listed extends z.ZodType> {
  readonly name: string;
  readonly usage: string;
  /** Where they are made, listed and ended. */
  readonly page: `/relite/${string}`;
  /** Options besides those all kinds have. */
  readonly values: readonly string[];
  readonly defaults: { readonly days: number; readonly can: "read" | "write" };
  readonly made: Made;
  readonly listed: Listed;
  tellMade(made: z.output<Made>, url: string): Telling;
  tellListed(listed: z.output<Listed>): Telling;
}

const commonValues = ["key", "url", "app", "path", "days", "label", "proof", "aud"];

/** `create`, `list` and `revoke ID` of what stands for a UCAN that is kept at an endpoint, over HTTP with a key. */
export function createStoredCommand<Made extends z.ZodType, Listed extends z.ZodType>(
  kind: StoredKind<Made, Listed>,
  clock: Clock,
): Command {
  const options = { flags: ["json"], values: [...commonValues, ...kind.values] };
  return createCommand(kind.usage, options, async ({ positionals, flags, values }, io) => {
    const [verb, id, ...more] = positionals;
    const isCall =
      verb === "create" || verb === "list" ? id === undefined : verb === "revoke" && id !== undefined;
    if (!isCall || more.length > 0)
      throw new UsageError(`Say \`${kind.name} create\`, \`list\` or \`revoke ID\``);
    const say = ({ value, lines }: Telling) => {
      for (const line of flags.has("json") ? [JSON.stringify(value)] : lines) io.out(line);
    };
    const order = verb === "create" ? readStoredOrder(values, kind.defaults, clock) : null;
    const url = required(values, "url");
    const keyFile = required(values, "key");
    const remote = await createRemote({ keyFile, url, proofFile: values.proof, audience: values.aud }, clock);
    if (order !== null) {
      const ucan = await issueStoredOrder(remote, order, clock);
      const answer = await remote.ask("POST", kind.page, { ucan, label: order.label });
      return say(kind.tellMade(understand(kind.made, answer), url));
    }
    if (verb === "list")
      return say(kind.tellListed(understand(kind.listed, await remote.ask("GET", kind.page))));
    await remote.ask("DELETE", `${kind.page}/${encodeURIComponent(id ?? "")}`);
    say({ value: { revoked: id }, lines: [`revoked ${id}`] });
  });
}
