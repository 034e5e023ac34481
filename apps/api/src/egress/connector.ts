import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction, type Socket } from "node:net";
import { ReliteError } from "@relite/core/errors";
import { buildConnector } from "undici";
import { kindOfAddress } from "./address.ts";

/** All addresses of a name; rejects when there is none. */
export type Resolve = (
  hostname: string,
) => Promise<readonly { readonly address: string; readonly family: number }[]>;

export interface ConnectorParts {
  readonly privateAllowed: boolean;
  readonly resolve: Resolve | undefined;
  readonly timeoutMs: number;
}

/** Opens sockets to permitted addresses only; looked at when the socket connects, so DNS cannot change in between. */
export function createGuardedConnector({
  privateAllowed,
  resolve,
  timeoutMs,
}: ConnectorParts): buildConnector.connector {
  const isPermitted = (address: string) => {
    const kind = kindOfAddress(address);
    return kind === "public" || (kind === "private" && privateAllowed);
  };
  const connect = buildConnector({
    timeout: timeoutMs,
    lookup: guardedLookup(resolve ?? resolveBySystem, isPermitted),
  });
  return (options, callback) => {
    // An address written in the URL never reaches `lookup`.
    const hostname = options.hostname.replace(/^\[|\]$/g, "");
    if (isIP(hostname) !== 0 && !isPermitted(hostname)) return callback(addressRefused(), null);
    connect(options, (...result) => {
      const [error, socket] = result;
      if (error !== null) return callback(error, null);
      if (isPermitted(peerOf(socket))) return callback(null, socket);
      socket.destroy();
      callback(addressRefused(), null);
    });
  };
}

export function addressRefused(): ReliteError {
  return new ReliteError("forbidden", "This server does not connect to addresses of this kind.", {
    reason: "address_refused",
  });
}

function guardedLookup(resolve: Resolve, isPermitted: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (found) => {
        const permitted = found.filter(({ address }) => isPermitted(address));
        const [first] = permitted;
        if (first === undefined) return callback(addressRefused(), "", 0);
        if (options.all) return callback(null, [...permitted]);
        callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, "", 0),
    );
  };
}

function resolveBySystem(hostname: string) {
  return lookup(hostname, { all: true, order: "verbatim" });
}

function peerOf(socket: Socket): string {
  return socket.remoteAddress ?? "";
}
