import { closeSync, fstatSync, openSync, renameSync, writeSync } from "node:fs";

export interface RotatingLog {
  write(bytes: Uint8Array): void;
  close(): void;
}

/**
 * A file that is added to; beyond `maxBytes` it becomes `<file>.1`, in place of the one before, and a new one is begun. On
 * a full disk lines are lost, and nobody fails for it.
 */
export function openRotatingLog(file: string, maxBytes: number): RotatingLog {
  let fd = openSync(file, "a", 0o600);
  let size = fstatSync(fd).size;

  function rotate(): void {
    renameSync(file, `${file}.1`);
    closeSync(fd);
    fd = openSync(file, "a", 0o600);
    size = 0;
  }

  return {
    write(bytes) {
      try {
        if (size > maxBytes) rotate();
        size += writeSync(fd, bytes);
      } catch {
        // There is nowhere left to tell it.
      }
    },
    close: () => closeSync(fd),
  };
}
