import type { DiskWriter } from "./disk.ts";

const stepBytes = 512 * 1024;

/** Writes what comes in small pieces in large steps, each while the next is gathered. */
export interface WriteSteps {
  add(bytes: Uint8Array): Promise<void>;
  /** Resolves when everything is written. */
  end(): Promise<void>;
  /** Resolves when nothing is being written any more, however that went. */
  settle(): Promise<void>;
}

export function createWriteSteps(file: DiskWriter): WriteSteps {
  let gathering = Buffer.allocUnsafe(stepBytes);
  let leaving = Buffer.allocUnsafe(stepBytes);
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
        const taken = bytes.subarray(at, at + stepBytes - gathered);
        gathering.set(taken, gathered);
        gathered += taken.byteLength;
        at += taken.byteLength;
        if (gathered === stepBytes) await send();
      }
    },
    async end() {
      if (gathered > 0) await send();
      await written;
    },
    settle: () => written.catch(() => {}),
  };
}
