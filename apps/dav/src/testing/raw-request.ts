import { once } from "node:events";
import { connect } from "node:net";

export interface RawAnswer {
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  readonly text: string;
}

/** Sends bytes as they are and reads until the server has answered whole or closed; `end` closes our side after sending. */
export async function sendRaw(
  port: number,
  bytes: string | Buffer,
  { end = false } = {},
): Promise<RawAnswer> {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.setEncoding("latin1");
  const answered = new Promise<void>((resolve) => {
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (isWhole(text)) resolve();
    });
    socket.on("close", () => resolve());
    socket.on("error", () => resolve());
  });
  await once(socket, "connect").catch(() => {});
  if (end) socket.end(bytes);
  else socket.write(bytes);
  await answered;
  socket.destroy();
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(final(text))?.[1] ?? 0),
    text,
  };
}

function isWhole(text: string): boolean {
  const [head = "", ...body] = final(text).split("\r\n\r\n");
  if (body.length === 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length !== undefined) return body.join("\r\n\r\n").length >= Number(length);
  return !/\r\ntransfer-encoding: chunked/i.test(head) || text.endsWith("0\r\n\r\n");
}

/** Without the invitation to send the body. */
function final(text: string): string {
  return text.replace("HTTP/1.1 100 Continue\r\n\r\n", "");
}
