import { isReliteError, ReliteError } from "@relite/core/errors";
import { tooLarge } from "../../blobs/receive.ts";
import type { DavContext } from "../../context.ts";
import type { AllowedExchange } from "../../exchange.ts";
import { hasBody } from "../../guard.ts";
import { readHeaderUri } from "../../target.ts";
import type { Written } from "../../tree/tree.ts";
import { finishUpload } from "../../uploads/finish-upload.ts";
import { noUpload } from "../../uploads/upload-rows.ts";
import { partialConcat, type Upload, type UploadPart } from "../../uploads/uploads.ts";
import type { FinishPlan } from "./tus-receive.ts";

const finalForm = /^final;/i;

/** What `Upload-Concat` asks for; `bad_request` for anything else than `partial` and `final;<addresses>`. */
export function readConcat({ req }: AllowedExchange): "partial" | "final" | null {
  const header = req.headers["upload-concat"];
  if (header === undefined) return null;
  if (header === partialConcat) return "partial";
  if (finalForm.test(String(header))) return "final";
  throw malformed();
}

/**
 * Makes a file of uploads that were sent side by side (tus concatenation), in the order they are named in: all of them
 * whole, of the same actor and app. They end with the transaction that writes the file, or stay as they are.
 */
export function createConcat(context: DavContext) {
  const { storage, config } = context;

  async function findPartials(exchange: AllowedExchange): Promise<readonly Upload[]> {
    const { req, dav, caller } = exchange;
    const hosts = [req.headers.host, ...dav.publicHosts];
    const addresses = String(req.headers["upload-concat"]).replace(finalForm, "").trim().split(/ +/);
    if (new Set(addresses).size !== addresses.length) throw malformed();
    const found = addresses.map(async (address) => {
      const [zone, app, name, ...more] = readHeaderUri(address, hosts, config.prefix)?.segments ?? [];
      if (zone !== "uploads" || app !== caller.appId || name === undefined || more.length > 0)
        throw noUpload();
      const upload = await storage.uploads.find({ owner: caller.owner, app, actor: caller.actor, name });
      if (upload === null || upload.concat !== partialConcat) throw noUpload();
      if (upload.sizeBytes === upload.lengthBytes) return upload;
      throw new ReliteError("conflict", "One of the parts is not whole yet", { reason: "upload_unfinished" });
    });
    return Promise.all(found);
  }

  return {
    /** Finds what it is made of, and refuses what could not be kept. */
    async gather(exchange: AllowedExchange): Promise<readonly Upload[]> {
      if (hasBody(exchange.req) || exchange.req.headers["upload-length"] !== undefined) {
        throw new ReliteError("bad_request", "What is made of parts has no length and no body of its own", {
          reason: "bad_length",
        });
      }
      const partials = await findPartials(exchange);
      if (bytesOf(partials) > config.maxBodyBytes) throw tooLarge(config.maxBodyBytes);
      return partials;
    },
    /**
     * The same words again, after an answer that was lost: parts have names of their own, so the file they name can only
     * be the one that was made of them. Throws `error` when none was.
     */
    async findJoined({ req, caller }: AllowedExchange, error: unknown): Promise<Upload> {
      const { owner, appId: app, actor } = caller;
      const metadata = String(req.headers["upload-metadata"] ?? "");
      const said = { concat: String(req.headers["upload-concat"]), metadata };
      const isOver = isReliteError(error) && (error.status === 404 || error.status === 409);
      const joined = isOver ? await storage.uploads.findJoined({ owner, app, actor }, said) : null;
      if (joined === null) throw error;
      return joined;
    },
    async join(upload: Upload, partials: readonly Upload[], plan: FinishPlan): Promise<Written> {
      const lists = await Promise.all(partials.map(({ id }) => storage.uploads.parts(id)));
      const parts: readonly UploadPart[] = lists.flat();
      const claims = partials.map(({ id, version }) => ({ id, version }));
      return finishUpload(context, upload, parts, plan, claims);
    },
  };
}

export function bytesOf(partials: readonly Upload[]): number {
  return partials.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function malformed(): ReliteError {
  return new ReliteError(
    "bad_request",
    "Upload-Concat is partial, or final; and the addresses of the parts",
    {
      reason: "bad_concatenation",
    },
  );
}
