/** The bytes of one part of an answer, put together in place. */
export interface AnswerPart {
  readonly length: number;
  text(text: string): void;
  /** Bytes that were made before, as UTF-8. */
  bytes(bytes: Uint8Array): void;
  /** Takes back everything after a length it had before. */
  cutTo(length: number): void;
  /** A copy of everything after a length it had before. */
  copyFrom(length: number): Uint8Array;
  /** What was put together; holds until the next thing is added, for its room is then used again. */
  take(): Buffer;
}

// Short ASCII is quicker written here than by a call into the encoder.
const shortLength = 24;

/** Room for `size` bytes, and for more when they come. */
export function createAnswerPart(size: number): AnswerPart {
  let room = Buffer.allocUnsafeSlow(size);
  let at = 0;

  function grow(more: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(room.length * 2, at + more));
    larger.set(room.subarray(0, at));
    room = larger;
  }

  return {
    get length() {
      return at;
    },
    text(text) {
      const { length } = text;
      // One UTF-16 unit takes three bytes at most.
      if (at + length * 3 > room.length) grow(length * 3);
      if (length <= shortLength) {
        let next = 0;
        for (; next < length; next += 1) {
          const code = text.charCodeAt(next);
          if (code > 0x7f) break;
          room[at + next] = code;
        }
        if (next === length) {
          at += length;
          return;
        }
      }
      at += room.write(text, at, "utf8");
    },
    bytes(bytes) {
      if (at + bytes.length > room.length) grow(bytes.length);
      room.set(bytes, at);
      at += bytes.length;
    },
    cutTo(length) {
      at = length;
    },
    copyFrom(length) {
      const copy = Buffer.allocUnsafeSlow(at - length);
      copy.set(room.subarray(length, at));
      return copy;
    },
    take() {
      const taken = room.subarray(0, at);
      at = 0;
      return taken;
    },
  };
}
