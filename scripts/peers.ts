import { prepare } from "./launcher/prepare.ts";
import { runTests } from "./launcher/run-tests.ts";
import { ensureProgram } from "./peers/packages.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);

const [first, ...rest] = process.argv.slice(2);
const isShort = first === "--short";
/** What a change of the endpoint breaks first: the protocol's own suite, and the client most people use. */
const shortForm = ["litmus.peers", "rclone-client.peers"];
const packages = isShort
  ? ["rclone", "litmus"]
  : [
      ...["apache2", "rclone", "litmus", "curl", "cadaver", "davfs2"],
      ...["nextcloud-desktop-cmd", "owncloud-client-cmd", "gvfs-backends"],
    ];
const programOf: Readonly<Record<string, string>> = {
  davfs2: "mount.davfs",
  "gvfs-backends": "/usr/libexec/gvfsd-dav",
  "nextcloud-desktop-cmd": "nextcloudcmd",
  "owncloud-client-cmd": "owncloudcmd",
};

await prepare({ say });
const missing = packages.filter((name) => {
  const { available, reason } = ensureProgram(programOf[name] ?? name, name);
  if (!available) say(`Skipped: what needs ${name}. ${reason}.`);
  return !available;
});
if (isShort && missing.length === packages.length) {
  say("0 passed, 0 failed");
} else {
  const files = isShort ? [...shortForm, ...rest] : process.argv.slice(2);
  await runTests(["--config", "vitest.peers.config.ts", ...files]);
}
