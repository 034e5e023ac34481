import { spawnSync } from "node:child_process";

export interface Availability {
  readonly available: boolean;
  /** Why it is not there, for the reader of the run; empty when it is. */
  readonly reason: string;
}

/** Makes sure that a program is on this machine: installs its Debian package where that is allowed and possible. */
export function ensureProgram(program: string, debianPackage: string): Availability {
  return ensurePackage(debianPackage, () => has(program));
}

export function ensurePackage(debianPackage: string, isThere: () => boolean): Availability {
  if (isThere()) return { available: true, reason: "" };
  if (!has("apt-get")) return missing(debianPackage, "not installed, and there is no apt-get");
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && !has("sudo"))
    return missing(debianPackage, `not installed; try: apt-get install ${debianPackage}`);
  const install = ["install", "-y", "--no-install-recommends", debianPackage];
  const installed = aptGet(isRoot, install) || (aptGet(isRoot, ["update"]) && aptGet(isRoot, install));
  if (!installed) return missing(debianPackage, "could not be installed");
  return isThere()
    ? { available: true, reason: "" }
    : missing(debianPackage, "does not bring what was expected");
}

function aptGet(isRoot: boolean, args: readonly string[]): boolean {
  const [command = "", ...rest] = [
    ...(isRoot ? [] : ["sudo", "--non-interactive"]),
    "apt-get",
    "-qq",
    ...args,
  ];
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync(command, rest, { env, stdio: "ignore" }).status === 0;
}

function has(program: string): boolean {
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;
  return (
    spawnSync("sh", ["-c", 'command -v "$0"', program], { env: { ...process.env, PATH: path } }).status === 0
  );
}

function missing(name: string, why: string): Availability {
  return { available: false, reason: `${name}: ${why}` };
}
