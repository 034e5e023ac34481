import { type DiskWriter, minDirectBytes } from "./disk-writer.ts";

const stepBytes = 512 * 1024;
const largeStepBytes = 1024 * 1024;

/** Writes what comes in small pieces in large steps, each while the next is gathered. */
export interface WriteSteps {
  add(bytes: Uint8Array): Promise<void>;
  /** Resolves when everything is written. */
  end(): Promise<void>;
  /** Resolves when nothing is being written any more, however that went. */
  settle(): Promise<void>;
}

export function createWriteSteps(file: DiskWriter, expectedBytes: number): WriteSteps {
  const size = expectedBytes < minDirectBytes ? stepBytes : largeStepBytes;
  let gathering = alignedBytes(size);
  let leaving = alignedBytes(size);
  let gathered = 0;
  let written = Promise.resolve();

  async function send(): Promise<void> {
    await written;
    written = file.write(gathering.subarray(0, gathered));
    // Whoever waits next is told.
    written.catch(() => {});
    [gathering, leaving] = [leaving, gathering];
    gathered = 0;
  }

  return {
    async add(bytes) {
      for (let at = 0; at < bytes.byteLength; ) {
        const taken = bytes.subarray(at, at + size - gathered);
        gathering.set(taken, gathered);
        gathered += taken.byteLength;
        at += taken.byteLength;
        if (gathered === size) await send();
      }
    },
    async end() {
      if (gathered > 0) await send();
      await written;
    },
    settle: () => written.catch(() => {}),
  };
}

/** Memory that begins where a page begins, as writing past the page cache takes it: what could be resized does. */
function alignedBytes(bytes: number): Buffer {
  return Buffer.from(new ArrayBuffer(bytes, { maxByteLength: bytes }), 0, bytes);
}
