import { connect, type Socket } from "node:net";

/** One request as bytes, made anew for each use so that names and bodies may differ. */
export type MakeRequest = () => Uint8Array;

/**
 * Sends `count` requests over `connections` kept-alive sockets, one at a time on each, and reads every answer whole.
 * A bare client, so that it is the server which is measured. Rejects on any status but 2xx.
 */
export async function sendRequests(
  target: URL,
  make: MakeRequest,
  { count, connections }: { readonly count: number; readonly connections: number },
): Promise<void> {
  let left = count;
  const worker = async () => {
    const socket = connect(Number(target.port), target.hostname);
    socket.setNoDelay(true);
    const reader = answerReader(socket);
    try {
      while (left > 0) {
        left -= 1;
        const answer = reader.next();
        socket.write(make());
        const status = await answer;
        if (status < 200 || status > 299) throw new Error(`${target.href} answered ${status}`);
      }
    } finally {
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
}

/** Takes a large answer and throws it away as it comes; answers the bytes of its body. Rejects on any status but 200. */
export async function download(url: URL, headers: Readonly<Record<string, string>>): Promise<number> {
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  let head = "";
  let left = Number.POSITIVE_INFINITY;
  let size = 0;
  return new Promise((resolve, reject) => {
    const take = (bytes: number) => {
      let body = bytes;
      if (!head.includes("\r\n\r\n")) {
        const before = head.length;
        head += buffer.toString("latin1", 0, bytes);
        const end = head.indexOf("\r\n\r\n");
        if (end < 0) return true;
        if (!head.startsWith("HTTP/1.1 200")) reject(new Error(`${url.href} answered ${head.slice(9, 12)}`));
        size = Number(/\r\ncontent-length: *(\d+)/i.exec(head.slice(0, end))?.[1]);
        left = size;
        body = before + bytes - end - 4;
      }
      left -= body;
      if (left <= 0) {
        socket.destroy();
        resolve(size);
      }
      return true;
    };
    const socket = connect({
      port: Number(url.port),
      host: url.hostname,
      onread: { buffer, callback: take },
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the server closed the connection")));
    socket.write(requestBytes("GET", url, headers));
  });
}

export function requestBytes(
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array = new Uint8Array(),
): Uint8Array {
  const all = {
    host: url.host,
    ...headers,
    ...(method === "PUT" ? { "content-length": String(body.length) } : {}),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`${method} ${url.pathname} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1"),
    body,
  ]);
}

interface AnswerReader {
  /** The status of the next answer, once its last byte is here. */
  next(): Promise<number>;
}

function answerReader(socket: Socket): AnswerReader {
  let buffered: Buffer = Buffer.alloc(0);
  let waiting: { resolve(status: number): void; reject(error: Error): void } | null = null;
  const settle = () => {
    if (waiting === null) return;
    const answer = wholeAnswer(buffered);
    if (answer === null) return;
    buffered = buffered.subarray(answer.bytes);
    waiting.resolve(answer.status);
    waiting = null;
  };
  socket.on("data", (chunk) => {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    settle();
  });
  const fail = (error: Error) => waiting?.reject(error);
  socket.on("error", fail);
  socket.on("close", () => fail(new Error("the server closed the connection")));
  return {
    next: () =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
      }),
  };
}

function wholeAnswer(buffer: Buffer): { readonly status: number; readonly bytes: number } | null {
  const end = buffer.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const head = buffer.toString("latin1", 0, end).toLowerCase();
  const status = Number(head.slice(9, 12));
  const start = end + 4;
  if (status === 204 || status === 304) return { status, bytes: start };
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  if (length !== undefined)
    return buffer.length >= start + Number(length) ? { status, bytes: start + Number(length) } : null;
  const last = buffer.indexOf("0\r\n\r\n", start, "latin1");
  return last < 0 ? null : { status, bytes: last + 5 };
}
