import { systemClock } from "@relite/core/clock";
import { ReliteError } from "@relite/core/errors";
import { type Command, createCommand, type ParsedArgs, UsageError } from "@relite/core/node";
import { inspectChain, issueRevocation, parseDidKey } from "@relite/core/ucan";
import type { Storage } from "../context.ts";
import { type CommandIo, configFor, requireData, withStorage } from "./command-line.ts";
import { createRemote, readTokenFile } from "./remote.ts";

const usage = `
revoke token FILE                refuse a UCAN kept in a file, and all that rests on it
revoke app-password ID           end an app password
revoke share ID                  end a share link
revoke device DID [--undo]       shut a key out with all it signed; --undo lets it in again

With a key, over HTTP:
    --key FILE      the owner's key, or with --proof a device's with access/write
    --url URL       the endpoint, such as http://localhost:3021
    --proof FILE    the delegation to this key, where it is not the owner's key itself
    --aud DID       the endpoint's name, where its settings say another than its address
    --api           URL is the API's: tokens and devices only. The two servers share nothing, so tell both

Without --key, as the administrator of the endpoint's data, running or not:
    --data DIR      the data folder (DAV_DATA_DIR)
    --owner DID     whose device it is, where there are several owners

It takes effect with the next request.
`;

const kinds = ["token", "app-password", "share", "device"] as const;
type Kind = (typeof kinds)[number];

interface Call {
  readonly kind: Kind;
  readonly name: string;
  readonly undo: boolean;
  /** The API's addresses in place of the endpoint's. */
  readonly isApi: boolean;
}

const options = { flags: ["undo", "api"], values: ["key", "url", "proof", "aud", "data", "owner"] };

/** `revoke`: takes back a token, an app password, a share or a device. */
export const runRevoke: Command = async (args, io) => {
  // The storage's own commands say by themselves what went wrong, with their exit code.
  let code = 0;
  const command = createCommand(usage, options, async (parsed, commandIo) => {
    const call = readCall(parsed);
    if (parsed.values.key === undefined) code = await revokeInData(call, parsed, commandIo);
    else await revokeRemotely(call, parsed.values.key, parsed);
    if (code === 0) commandIo.out(`${call.undo ? "let in again" : "revoked"} ${call.name}`);
  });
  return (await command(args, io)) || code;
};

function readCall({ positionals, flags, values }: ParsedArgs): Call {
  const [word, name, ...more] = positionals;
  const kind = kinds.find((one) => one === word);
  if (kind === undefined || name === undefined || name === "" || more.length > 0)
    throw new UsageError("Say `revoke token FILE`, `app-password ID`, `share ID` or `device DID`");
  if (flags.has("undo") && kind !== "device") throw new UsageError("--undo belongs to `revoke device`");
  if (kind === "device" && parseDidKey(name) === null) throw new UsageError("DID is not a did:key");
  if (values.key !== undefined && values.url === undefined) throw new UsageError("--url is missing");
  if (values.key === undefined && values.url !== undefined) throw new UsageError("--key is missing");
  const isApi = flags.has("api");
  if (isApi && (values.key === undefined || kind === "share" || kind === "app-password"))
    throw new UsageError("--api goes with --key, and with `token` or `device`");
  return { kind, name, undo: flags.has("undo"), isApi };
}

async function revokeRemotely(
  { kind, name, undo, isApi }: Call,
  keyFile: string,
  { values }: ParsedArgs,
): Promise<void> {
  const { url = "", proof: proofFile, aud: audience } = values;
  const remote = await createRemote({ keyFile, url, proofFile, audience }, systemClock);
  const base = isApi ? "/api" : "/relite";
  if (kind === "token") {
    const record = await issueRevocation(remote.signer, await readTokenFile(name));
    await remote.ask("POST", `${base}/revocations`, record);
  } else if (kind === "device") {
    await remote.ask(undo ? "PUT" : "DELETE", `${base}/devices/${name}`);
  } else {
    await remote.ask("DELETE", `${base}/${kind}s/${encodeURIComponent(name)}`);
  }
}

async function revokeInData(call: Call, { values }: ParsedArgs, io: CommandIo): Promise<number> {
  await requireData(configFor(values.data, io));
  return withStorage(values.data, io, async (storage) => {
    if (call.kind === "token") await revokeToken(storage, await readTokenFile(call.name));
    else if (call.kind === "device") await revokeDevice(storage, call, values.owner);
    else await revokeCredential(storage, call.kind, call.name);
    return 0;
  });
}

async function revokeToken({ owners, revocations }: Storage, ucan: string): Promise<void> {
  const chain = await inspectChain(ucan);
  if (chain === null) throw new ReliteError("bad_request", "The file holds no token");
  const { tokenId, cid, rootDid, expiresAtSec } = chain;
  const owner = owners.list().find(({ dids }) => dids.includes(rootDid))?.id;
  if (owner === undefined) throw new ReliteError("not_found", "The token is of no owner here");
  const expiresMs = expiresAtSec * 1_000;
  await revocations.add({ tokenId, cid, owner, issuer: "administrator", challenge: null, expiresMs });
}

async function revokeDevice(
  { owners, revocations }: Storage,
  { name, undo }: Call,
  ownerDid: string | undefined,
): Promise<void> {
  const all = owners.list();
  const [owner, ...others] = ownerDid === undefined ? all : all.filter(({ dids }) => dids.includes(ownerDid));
  if (owner === undefined) throw new ReliteError("not_found", "There is no such owner");
  if (others.length > 0) throw new ReliteError("bad_request", "There are several owners; say --owner DID");
  if (!undo) await revocations.loseDevice(owner.id, name, "administrator");
  else if (!(await revocations.findDevice(owner.id, name)))
    throw new ReliteError("not_found", "This device is not lost");
}

async function revokeCredential(
  { credentials }: Storage,
  kind: "app-password" | "share",
  id: string,
): Promise<void> {
  const owner = credentials.find(id)?.owner;
  if (owner === undefined || !(await credentials.revoke(owner, kind, id)))
    throw new ReliteError("not_found", `There is no such ${kind}`);
}
