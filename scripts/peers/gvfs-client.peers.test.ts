import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OwnedEndpoint, startOwnedEndpoint } from "./owned-endpoint.ts";
import { ensurePackage, ensureProgram } from "./packages.ts";
import { runProgram } from "./run-program.ts";

const needed = [
  ensurePackage("gvfs-backends", () => existsSync("/usr/libexec/gvfsd-dav")),
  ensureProgram("gio", "libglib2.0-bin"),
  ensureProgram("dbus-run-session", "dbus-daemon"),
];
const reason = needed.map((one) => one.reason).join(" ");

/** What GNOME's Files does, by its own command line, in a session of its own. */
describe.skipIf(needed.some(({ available }) => !available))(`gvfs on our endpoint ${reason}`, () => {
  let endpoint: OwnedEndpoint;
  beforeAll(async () => {
    endpoint = await startOwnedEndpoint("gvfs");
  });
  afterAll(() => endpoint[Symbol.asyncDispose]());

  it("[CL14] GNOME's Files mounts by password, copies, renames, moves and deletes", async () => {
    const place = `dav://me@127.0.0.1:${endpoint.port}/dav/apps/gvfs`;
    const [home, run] = [join(endpoint.folder, "home"), join(endpoint.folder, "run")];
    mkdirSync(home);
    mkdirSync(run, { mode: 0o700 });
    const local = join(endpoint.folder, "local.txt");
    writeFileSync(local, "from here\n");
    const odd = `${place}/g%20%23%25%C3%BC.txt`;
    const script = [
      // The first line answers for the user, the second for the password.
      `printf 'me\\n%s\\n' "$PASSWORD" | gio mount ${place}/ >"$HOME/mount.log"`,
      `gio copy ${local} '${odd}'`,
      `gio mkdir ${place}/dir`,
      `gio cat '${odd}'`,
      `gio move '${odd}' ${place}/dir/moved.txt`,
      `gio copy ${place}/dir/moved.txt ${place}/copy.txt`,
      `echo again | gio save ${place}/copy.txt`,
      `gio rename ${place}/copy.txt renamed.txt >"$HOME/rename.log"`,
      `gio cat ${place}/renamed.txt`,
      `gio remove ${place}/dir/moved.txt`,
      `gio remove ${place}/dir`,
      `gio list -l ${place}/`,
      `gio mount -u ${place}/`,
    ];
    const env = { HOME: home, XDG_RUNTIME_DIR: run, PASSWORD: await endpoint.appPassword() };
    const args = ["60", "dbus-run-session", "--", "sh", "-ec", script.join("\n")];
    const ended = await runProgram("timeout", args, { env });
    expect(ended).toMatchObject({ code: 0, out: "from here\nagain\nrenamed.txt\t6\t(regular)\n" });
    expect(await endpoint.relite("fsck")).toContain("clean");
  });
});
