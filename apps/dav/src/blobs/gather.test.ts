import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { gather } from "./gather.ts";

const bytes = Buffer.from("as long as it was said");

describe("a short body of known length", () => {
  it("[PW3] is one piece in memory of its own, however it comes", async () => {
    for (const cut of [0, 1, 7, bytes.length]) {
      const whole = await gather(Readable.from([bytes.subarray(0, cut), bytes.subarray(cut)]), bytes.length);
      expect(whole).toEqual(bytes);
      expect(whole?.buffer.byteLength).toBe(bytes.length);
    }
    expect(await gather(Readable.from([]), 0)).toEqual(Buffer.alloc(0));
  });

  it("[PW3] is none when it is shorter, longer or was read already", async () => {
    expect(await gather(Readable.from([bytes]), bytes.length + 1)).toBeNull();
    expect(await gather(Readable.from([bytes]), bytes.length - 1)).toBeNull();
    const read = Readable.from([bytes]);
    await read.toArray();
    expect(await gather(read, bytes.length)).toBeNull();
  });

  it("[PW3] that fails, or is gone before or while it is read, ends the wait with why", async () => {
    const code = (body: Readable) => gather(body, bytes.length).catch((error) => error.code);
    const gone = new Readable({ read() {} });
    gone.destroy();
    expect(await code(gone)).toBe("ERR_STREAM_PREMATURE_CLOSE");
    const going = new Readable({ read() {} });
    going.push(bytes.subarray(0, 3));
    const answer = code(going);
    setImmediate(() => going.destroy());
    expect(await answer).toBe("ERR_STREAM_PREMATURE_CLOSE");
    const failing = new Readable({
      read() {
        this.destroy(Object.assign(new Error("cut"), { code: "ECONNRESET" }));
      },
    });
    expect(await code(failing)).toBe("ECONNRESET");
    failing.emit("error", new Error("later"));
  });
});
