import { createServer } from "node:http";

/** Answers every request with 4 KiB and the headers of our GET: `node ceiling-server.ts PORT`. */
const body = "x".repeat(4 * 1024);
const headers = {
  "X-Request-Id": "00000000-0000-4000-8000-000000000000",
  "X-Content-Type-Options": "nosniff",
  ETag: '"0000000000000000000000000000000000000000000"',
  "Last-Modified": "Thu, 01 Jan 1970 00:00:00 GMT",
  "Cache-Control": "private, no-store",
  "Accept-Ranges": "bytes",
  "Content-Type": "application/octet-stream",
  "Content-Security-Policy": "sandbox; default-src 'none'",
  "Content-Length": body.length,
};
createServer((_req, res) => {
  res.writeHead(200, headers);
  res.end(body, "latin1");
}).listen(Number(process.argv[2]), "127.0.0.1");
