import type { Readable } from "node:stream";

/**
 * A short body of known length as one piece, in memory of its own; null when it has another length. Rejects as the body
 * fails, or with `ERR_STREAM_PREMATURE_CLOSE` when it ends before its end. Costs less than going through it as a stream.
 */
export function gather(body: Readable, bytes: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    if (body.destroyed && !body.readableEnded) return reject(body.errored ?? prematureClose());
    if (body.readableEnded) return resolve(bytes === 0 ? Buffer.alloc(0) : null);
    // Not from the pool: what crosses threads takes all of its memory along.
    const whole = Buffer.allocUnsafeSlow(bytes);
    let size = 0;
    let isOver = false;
    const take = (chunk: Buffer) => {
      const end = size + chunk.byteLength;
      if (end <= bytes) whole.set(chunk, size);
      size = end;
      if (end <= bytes) return;
      // What is more is not waited for.
      body.off("data", take);
      resolve(null);
    };
    body.on("data", take);
    body.on("end", () => {
      isOver = true;
      resolve(size === bytes ? whole : null);
    });
    // They stay: whatever its source still has to say must not end the process.
    body.on("error", reject);
    body.on("close", () => {
      if (!isOver) reject(prematureClose());
    });
  });
}

function prematureClose(): Error {
  return Object.assign(new Error("Premature close"), { code: "ERR_STREAM_PREMATURE_CLOSE" });
}
