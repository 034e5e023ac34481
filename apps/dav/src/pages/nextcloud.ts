import { ReliteError } from "@relite/core/errors";
import { authenticate, readLoginName } from "../access/authenticate.ts";
import { insufficient } from "../access/refusal.ts";
import type { DavContext } from "../context.ts";
import type { Exchange, Identity } from "../exchange.ts";
import { leaveBody } from "../read-body.ts";
import type { Usage } from "../tree/tree.ts";
import { type OcsValue, sendOcs } from "./ocs-answer.ts";
import { byMethod, type PageTable, sendJson } from "./page.ts";

/**
 * The generation of Nextcloud whose way with files is spoken here: clients want 20 at least, and from 24 on they ask the
 * server for checksums by a method that is not here.
 */
const generation = { major: 23, minor: 0, micro: 0, string: "23.0.0", edition: "" };

/**
 * What clients of Nextcloud and ownCloud ask before they speak WebDAV to `remote.php/dav/files/<user>`: the user is the app
 * whose files the password opens. Only what this server does is promised; all but `status.php` takes the login.
 */
export function createNextcloudPages(context: DavContext): PageTable {
  const { access, requestRate, storage } = context;

  async function login(exchange: Exchange): Promise<Identity> {
    const identity = await authenticate(exchange, access);
    requestRate.take(identity.owner);
    return identity;
  }

  /** The address of older clients: on to the files of the app that the login opens, with the path as it was sent. */
  async function leadToFiles(exchange: Exchange, rest: string): Promise<void> {
    const id = filesOf(exchange, await login(exchange));
    leaveBody(exchange);
    const Location = `/remote.php/dav/files/${id}/${rest}`;
    exchange.res.writeHead(308, { Location, "Cache-Control": "no-store", "Content-Length": 0 }).end();
  }

  /** A client that is signed out ends the password it was given by login flow; one that a person made is a person's to end. */
  async function endOwnPassword(exchange: Exchange, version: 1 | 2): Promise<void> {
    const { owner, credentialId } = await login(exchange);
    const credential = credentialId === null ? null : storage.credentials.find(credentialId);
    if (credential === null || credential.parent === null) {
      throw new ReliteError("forbidden", "This login was not given by login flow", {
        reason: "not_by_login",
      });
    }
    exchange.subject = credential.id;
    await storage.credentials.revoke(owner, "app-password", credential.id);
    sendOcs(exchange, version, []);
  }

  const pages = (version: 1 | 2): PageTable => ({
    [`/ocs/v${version}.php/core/apppassword`]: byMethod({
      DELETE: (exchange) => endOwnPassword(exchange, version),
    }),
    [`/ocs/v${version}.php/cloud/capabilities`]: byMethod({
      GET: async (exchange) => {
        await login(exchange);
        const { string, ...numbers } = generation;
        sendOcs(exchange, version, { version: { ...numbers, string }, capabilities });
      },
    }),
    [`/ocs/v${version}.php/cloud/user`]: byMethod({
      GET: async (exchange) => {
        const identity = await login(exchange);
        const id = filesOf(exchange, identity);
        const quota = quotaOf(await storage.tree.usage(identity.owner));
        sendOcs(exchange, version, { id, "display-name": id, displayname: id, email: "", quota });
      },
    }),
  });

  return {
    "/remote.php/webdav": leadToFiles,
    "/remote.php/webdav/*": leadToFiles,
    "/status.php": byMethod({ GET: async ({ res }) => sendJson(res, 200, status) }),
    ...pages(1),
    ...pages(2),
  };
}

const status = {
  installed: true,
  maintenance: false,
  needsDbUpgrade: false,
  version: `${generation.string}.0`,
  versionstring: generation.string,
  edition: generation.edition,
  productname: "Relite",
  extendedSupport: false,
};

/** Of ways to send large files only the chunked one: ownCloud's client follows no tus address without a scheme, which is not known behind a proxy. */
const capabilities: OcsValue = {
  core: { pollinterval: 60 },
  dav: { chunking: "1.0" },
  files: { bigfilechunking: true },
  checksums: { supportedTypes: ["SHA256", "SHA1", "MD5", "ADLER32"], preferredUploadType: "SHA256" },
  files_sharing: { api_enabled: false, public: { enabled: false }, resharing: false },
};

/** The app whose files are `remote.php/dav/files/<id>` for this login: the one named as its user, or the first it opens. */
function filesOf({ req }: Exchange, { principal }: Identity): string {
  const apps = principal.grants.flatMap((grant) => /^app:([^/]+)/.exec(grant.with)?.[1] ?? []);
  const id = apps.find((app) => app === readLoginName(req)) ?? apps[0];
  if (id === undefined) throw insufficient({ with: "app:<id>", can: "app/read" });
  return id;
}

/** Bytes; -3 stands for no limit. */
function quotaOf({ usedBytes, quotaBytes, keptBytes }: Usage): OcsValue {
  const used = usedBytes - (keptBytes ?? 0);
  if (quotaBytes === null) return { free: -3, used, total: -3, relative: 0, quota: -3 };
  const free = Math.max(0, quotaBytes - used);
  const relative = quotaBytes === 0 ? 100 : Math.round((used / quotaBytes) * 10_000) / 100;
  return { free, used, total: quotaBytes, relative, quota: quotaBytes };
}
