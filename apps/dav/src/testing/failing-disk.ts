import { setTimeout as delay } from "node:timers/promises";
import { type Disk, realDisk } from "../blobs/disk.ts";
import type { DiskWriter } from "../blobs/disk-writer.ts";

export type DiskStep =
  | "create"
  | "write"
  | "flush"
  | "rename"
  | "flushFolder"
  | "makeFolder"
  | "read"
  | "remove";

/** A system error code, or a step that takes its time. */
export type DiskFault = "ENOSPC" | "EDQUOT" | "EIO" | "EACCES" | "EMFILE" | "slow";

export interface FailingDisk extends Disk {
  /** From now on the step fails with this system error code; null: works again. */
  fail(step: DiskStep, code: string | null): void;
  /** From now on every step asks what becomes of it; null: all work again. */
  decide(fault: ((step: DiskStep) => DiskFault | null) | null): void;
}

/** The real file system with faults on demand, for what cannot be provoked on a healthy machine. */
export function failingDisk(): FailingDisk {
  const codeByStep = new Map<DiskStep, string>();
  let decider: (step: DiskStep) => DiskFault | null = () => null;
  const codeOf = (step: DiskStep): string | null => codeByStep.get(step) ?? decider(step);
  const check = async (step: DiskStep) => {
    const code = codeOf(step);
    if (code === "slow") await delay(3);
    else if (code !== null) throw failure(code);
  };
  const wrap = (writer: DiskWriter): DiskWriter => ({
    ...writer,
    async write(bytes) {
      const code = codeOf("write");
      // A disk that fills up takes a part first.
      if (code !== null && code !== "slow") await writer.write(bytes.subarray(0, bytes.byteLength / 2));
      if (code === "slow") await delay(3);
      else if (code !== null) throw failure(code);
      await writer.write(bytes);
    },
    async sync() {
      check("flush");
      await writer.sync();
    },
    async flush() {
      await check("flush");
      await writer.flush();
    },
  });
  return {
    ...realDisk,
    fail: (step, code) => void (code === null ? codeByStep.delete(step) : codeByStep.set(step, code)),
    decide(fault) {
      decider = fault ?? (() => null);
    },
    async createFile(path, expectedBytes) {
      await check("create");
      return wrap(await realDisk.createFile(path, expectedBytes));
    },
    async rename(from, to) {
      await check("rename");
      await realDisk.rename(from, to);
    },
    async flushFolder(path) {
      await check("flushFolder");
      await realDisk.flushFolder(path);
    },
    async makeFolder(path) {
      await check("makeFolder");
      await realDisk.makeFolder(path);
    },
    async openFile(path) {
      await check("read");
      return realDisk.openFile(path);
    },
    async read(path, range) {
      await check("read");
      return realDisk.read(path, range);
    },
    async remove(path) {
      await check("remove");
      await realDisk.remove(path);
    },
  };
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}
