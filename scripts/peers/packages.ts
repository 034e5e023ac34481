import { spawnSync } from "node:child_process";

export interface Availability {
  readonly available: boolean;
  /** Why it is not there, for the reader of the run; empty when it is. */
  readonly reason: string;
}

/** Makes sure that a program is on this machine: installs its Debian package where that is allowed and possible. */
export function ensureProgram(program: string, debianPackage: string): Availability {
  if (has(program)) return { available: true, reason: "" };
  if (!has("apt-get")) return missing(program, "it is not installed and there is no apt-get");
  const privileged = process.getuid?.() === 0 ? [] : ["sudo", "--non-interactive"];
  if (privileged[0] && !has(privileged[0]))
    return missing(program, `it is not installed; try: apt-get install ${debianPackage}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args: readonly string[]) => {
    const [command = "apt-get", ...rest] = [...privileged, "apt-get", "-qq", ...args];
    return spawnSync(command, rest, { env, stdio: "ignore" }).status === 0;
  };
  const installed = apt("install", "-y", "--no-install-recommends", debianPackage);
  if (!installed && !(apt("update") && apt("install", "-y", "--no-install-recommends", debianPackage))) {
    return missing(program, `the package ${debianPackage} could not be installed`);
  }
  return has(program)
    ? { available: true, reason: "" }
    : missing(program, `${debianPackage} does not bring it`);
}

function has(program: string): boolean {
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;
  return (
    spawnSync("sh", ["-c", 'command -v "$0"', program], { env: { ...process.env, PATH: path } }).status === 0
  );
}

function missing(program: string, why: string): Availability {
  return { available: false, reason: `${program}: ${why}` };
}
