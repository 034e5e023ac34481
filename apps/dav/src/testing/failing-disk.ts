import { type Disk, type DiskWriter, realDisk } from "../blobs/disk.ts";

export type DiskStep = "create" | "write" | "flush" | "rename" | "flushFolder" | "makeFolder" | "read";

export interface FailingDisk extends Disk {
  /** From now on the step fails with this system error code; null: works again. */
  fail(step: DiskStep, code: string | null): void;
}

/** The real file system with faults on demand, for what cannot be provoked on a healthy machine. */
export function failingDisk(): FailingDisk {
  const codeByStep = new Map<DiskStep, string>();
  const check = (step: DiskStep) => {
    const code = codeByStep.get(step);
    if (code !== undefined) throw Object.assign(new Error(`${code}: injected`), { code });
  };
  const wrap = (writer: DiskWriter): DiskWriter => ({
    ...writer,
    async write(bytes) {
      check("write");
      await writer.write(bytes);
    },
    async flush() {
      check("flush");
      await writer.flush();
    },
  });
  return {
    ...realDisk,
    fail: (step, code) => void (code === null ? codeByStep.delete(step) : codeByStep.set(step, code)),
    async createFile(path) {
      check("create");
      return wrap(await realDisk.createFile(path));
    },
    async rename(from, to) {
      check("rename");
      await realDisk.rename(from, to);
    },
    async flushFolder(path) {
      check("flushFolder");
      await realDisk.flushFolder(path);
    },
    async makeFolder(path) {
      check("makeFolder");
      await realDisk.makeFolder(path);
    },
    async read(path, range) {
      check("read");
      return realDisk.read(path, range);
    },
  };
}
