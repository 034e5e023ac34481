import { shareScript } from "../html/share-page.ts";
import { style } from "../html/style.ts";
import { byMethod, type Page, type PageTable } from "./page.ts";

/** What the pages for browsers load. The same for everybody. */
export function createAssetPages(): PageTable {
  return {
    "/relite/page.css": byMethod({ GET: asset("text/css; charset=utf-8", style) }),
    "/relite/share.js": byMethod({ GET: asset("text/javascript; charset=utf-8", shareScript) }),
  };
}

function asset(type: string, text: string): Page {
  return async ({ req, res }) => {
    res.writeHead(200, {
      "Content-Type": type,
      "Content-Length": Buffer.byteLength(text),
      "Cache-Control": "public, max-age=3600",
    });
    res.end(req.method === "HEAD" ? undefined : text);
  };
}
