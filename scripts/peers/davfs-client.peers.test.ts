import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OwnedEndpoint, startOwnedEndpoint } from "./owned-endpoint.ts";
import { ensureProgram } from "./packages.ts";
import { runProgram } from "./run-program.ts";

const davfs = ensureProgram("mount.davfs", "davfs2");
const mayMount = process.getuid?.() === 0 && existsSync("/dev/fuse");
const reason = mayMount ? davfs.reason : "davfs2: nobody but root may mount, and there must be /dev/fuse";

const sha = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

describe.skipIf(!davfs.available || !mayMount)(`davfs2 on our endpoint ${reason}`, () => {
  let endpoint: OwnedEndpoint;
  let mountpoint = "";
  let options = "";
  beforeAll(async () => {
    endpoint = await startOwnedEndpoint("davfs");
    mountpoint = join(endpoint.folder, "mnt");
    mkdirSync(mountpoint);
    const secrets = join(endpoint.folder, "secrets");
    writeFileSync(secrets, `${mountpoint} anyone ${await endpoint.appPassword()}\n`, { mode: 0o600 });
    const conf = join(endpoint.folder, "davfs2.conf");
    writeFileSync(conf, `secrets ${secrets}\ndelay_upload 0\ngui_optimize 1\n`);
    options = `conf=${conf},uid=0,gid=0`;
  });
  afterAll(async () => {
    spawnSync("umount", ["-l", mountpoint], { stdio: "ignore" });
    await endpoint[Symbol.asyncDispose]();
  });

  /** Mounted while `work` runs; the umount waits until everything was uploaded. */
  async function mounted(work: () => void): Promise<void> {
    const mount = await runProgram("mount", ["-t", "davfs", endpoint.url, mountpoint, "-o", options]);
    expect(mount, mount.err).toMatchObject({ code: 0 });
    try {
      work();
    } finally {
      expect(await runProgram("umount", [mountpoint])).toMatchObject({ code: 0 });
    }
  }

  it("[DV1] a mounted app is written, renamed and deleted like a disk, and all of it is there the next time", async () => {
    const large = randomBytes(5 * 1024 ** 2);
    await mounted(() => {
      mkdirSync(join(mountpoint, "Bücher & 本/tief"), { recursive: true });
      writeFileSync(join(mountpoint, "Bücher & 本/100% #1.txt"), "first");
      writeFileSync(join(mountpoint, "large.bin"), large);
      writeFileSync(join(mountpoint, "gone.txt"), "gone");
    });
    await mounted(() => {
      expect(sha(readFileSync(join(mountpoint, "large.bin")))).toBe(sha(large));
      writeFileSync(join(mountpoint, "Bücher & 本/100% #1.txt"), "second");
      renameSync(join(mountpoint, "large.bin"), join(mountpoint, "Bücher & 本/tief/moved.bin"));
      rmSync(join(mountpoint, "gone.txt"));
    });
    await mounted(() => {
      // Not listed as a folder: davfs2 1.6 answers readdir of some kernels with EINVAL, on any server.
      expect(["gone.txt", "large.bin"].filter((name) => existsSync(join(mountpoint, name)))).toEqual([]);
      expect(readFileSync(join(mountpoint, "Bücher & 本/100% #1.txt"), "utf8")).toBe("second");
      expect(sha(readFileSync(join(mountpoint, "Bücher & 本/tief/moved.bin")))).toBe(sha(large));
    });
  });

  it("[DV40] what all this left is sound, and no lock is left", async () => {
    expect(await endpoint.relite("fsck")).toContain("clean");
  });
});
