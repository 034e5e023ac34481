import { readFile } from "node:fs/promises";
import { type Clock, systemClock } from "../clock/index.ts";
import { parseDurationMs } from "../env/index.ts";
import { isReliteError } from "../errors/index.ts";
import { appCapability, audienceOfUrl, type Capability, issueInvocation, parseAppId } from "../ucan/index.ts";
import { type Command, createCommand, fileProblem, type ParsedArgs, UsageError } from "./command.ts";
import { readKeyFile } from "./key-file.ts";

const help = `
token --key FILE --aud <DID or URL> --app ID [--path P] [--can read|write] [--ttl 5m]

Prints an invocation token and nothing else, for \`Authorization: Bearer\` or rclone's
--webdav-bearer-token-command.

    --key FILE      the key that signs (see \`key new\`)
    --aud X         the server: its address (http://localhost:3021) or its DID
    --app ID        the app whose files the token opens; omit it with --grant only
    --path P        only this folder or file of the app, plain text, / between names
    --can ACTION    read or write (write, which includes read, by default)
    --ttl TIME      how long it lives: 30s, 5m (default), 1h at most
    --grant R/A     a right at the server: profile/read, profile/write, access/read, access/write,
                    library/read, library/write, chat/read, chat/write; may be repeated
    --proof FILE    the delegation to this key, where it is not the owner's key itself
    --json          print { token, did, audience, capabilities }
`;

const values = ["key", "aud", "app", "path", "can", "ttl", "grant", "proof"];

/** `token`: mints an invocation from a key file. */
export const runToken: Command = createTokenCommand(systemClock);

export function createTokenCommand(clock: Clock): Command {
  return createCommand(help, { flags: ["json"], values }, async (args, io) => {
    if (args.positionals.length > 0) throw new UsageError(`Not understood: ${args.positionals.join(" ")}`);
    const capabilities = readCapabilities(args);
    const audience = readAudience(required(args, "aud"));
    const ttlMs = parseDurationMs(args.values.ttl ?? "5m");
    if (ttlMs === null || ttlMs < 1_000 || ttlMs > 3_600_000)
      throw new UsageError("--ttl is a time from 1s to 1h, such as 5m");
    const { signer, isExposed } = await readKeyFile(required(args, "key"));
    if (isExposed) io.err(`Others can read ${args.values.key}; chmod 600 is due.`);
    const proof = await readProof(args.values.proof);
    const token = await issueInvocation({
      issuer: signer,
      audience,
      capabilities,
      ttlSec: ttlMs / 1_000,
      nowMs: clock.nowMs(),
      ...(proof === null ? {} : { proof }),
    });
    const described = { token, did: signer.did, audience, capabilities };
    io.out(args.flags.has("json") ? JSON.stringify(described) : token);
  });
}

function readCapabilities(args: ParsedArgs): readonly Capability[] {
  const rights = args.all("grant").map(readRight);
  const { app, path, can = "write" } = args.values;
  if (can !== "read" && can !== "write") throw new UsageError("--can is read or write");
  if (app === undefined && rights.length > 0) {
    if (path !== undefined) throw new UsageError("--path belongs to --app");
    return rights;
  }
  if (app === undefined) throw new UsageError("--app is missing");
  if (parseAppId(app) === null)
    throw new UsageError("--app is an app id: lower-case letters, digits, dots, dashes, underscores");
  return [readAppCapability(app, path ?? "", can), ...rights];
}

function readAppCapability(app: string, path: string, can: "read" | "write"): Capability {
  const inner = path.replace(/^\//, "").replace(/\/$/, "").normalize("NFC");
  try {
    return appCapability(app, inner === "" ? [] : inner.split("/"), can);
  } catch (error) {
    if (isReliteError(error)) throw new UsageError("--path holds a name that no path may hold");
    throw error;
  }
}

function readRight(text: string): Capability {
  const match = /^(profile|access|library|chat)\/(read|write)$/.exec(text);
  if (match?.[1] === undefined) throw new UsageError("--grant is such as library/read");
  return { with: `${match[1]}:`, can: text };
}

function readAudience(text: string): string {
  if (/^did:[\x21-\x7e]+$/.test(text)) return text;
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return audienceOfUrl(text);
  throw new UsageError("--aud is the server's address (http://localhost:3021) or its DID");
}

function required(args: ParsedArgs, name: string): string {
  const value = args.values[name];
  if (value === undefined || value === "") throw new UsageError(`--${name} is missing`);
  return value;
}

async function readProof(file: string | undefined): Promise<string | null> {
  if (file === undefined) return null;
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    throw fileProblem(error, file);
  }
}
