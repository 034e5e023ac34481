import type { DavContext } from "../../context.ts";
import type { AllowedExchange } from "../../exchange.ts";
import { readBody } from "../../read-body.ts";
import type { TreeNode } from "../../tree/tree.ts";
import { noUpload } from "../../uploads/upload-rows.ts";
import type { Upload, UploadPart } from "../../uploads/uploads.ts";
import { readPropfindRequest } from "../../xml/propfind-request.ts";
import { maxXmlBytes } from "../../xml/read-xml.ts";
import { createPropstat, noFacts } from "../live-properties.ts";
import { hrefOf, sendMultistatus } from "../multistatus.ts";
import { isMinimal } from "../prefer.ts";
import { uploadAddress } from "./transfer.ts";

/** PROPFIND of what was begun in an app, or of one transfer: its parts, so that a client knows what is left to send. */
export function createListUploads({ storage: { uploads }, config }: DavContext) {
  async function membersOf(
    exchange: AllowedExchange,
  ): Promise<{ top: TreeNode; members: readonly TreeNode[] }> {
    const { name, part, ...key } = uploadAddress(exchange);
    if (name === null) {
      const begun = await uploads.list(key);
      return { top: collectionNode("uploads", 0), members: begun.map(uploadNode) };
    }
    const upload = await uploads.find({ ...key, name });
    if (upload === null || upload.isFinished || part !== null) throw noUpload();
    return {
      top: uploadNode(upload),
      members: (await uploads.parts(upload.id)).map((one) => partNode(upload, one)),
    };
  }

  return async (exchange: AllowedExchange): Promise<void> => {
    const { dav, req, res } = exchange;
    const request = readPropfindRequest(await readBody(exchange, maxXmlBytes));
    const { top, members } = await membersOf(exchange);
    const propstat = createPropstat(request, isMinimal(req));
    const { segments } = dav.target;
    const response = (path: readonly string[], node: TreeNode) => {
      const href = hrefOf(config.prefix, {
        ...dav.target,
        segments: path,
        endsWithSlash: node.kind === "collection",
      });
      return `<D:response><D:href>${href}</D:href>${propstat(node, noFacts)}</D:response>`;
    };
    const below = dav.depth === "0" ? [] : members;
    sendMultistatus(
      res,
      response(segments, top) + below.map((node) => response([...segments, node.name], node)).join(""),
    );
  };
}

function collectionNode(name: string, atMs: number): TreeNode {
  return {
    id: 0,
    kind: "collection",
    name,
    size: 0,
    etag: `u${name}`,
    hash: null,
    type: null,
    createdMs: atMs,
    modifiedMs: atMs,
  };
}

function uploadNode(upload: Upload): TreeNode {
  return { ...collectionNode(upload.name, upload.createdMs), etag: `u${upload.id}-${upload.version}` };
}

function partNode(upload: Upload, { name, size, hash, start }: UploadPart): TreeNode {
  const etag =
    hash === null ? `u${upload.id}-${start}-${size}` : Buffer.from(hash, "hex").toString("base64url");
  return { ...collectionNode(name, upload.createdMs), kind: "file", size, etag };
}
