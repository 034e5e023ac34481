import { accessSync, constants } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { makeFolder } from "@relite/core/node";
import { endpointProgram } from "./launcher/endpoint-program.ts";
import {
  loadSettingsFile,
  readStartOptions,
  type StartOptions,
  startHelp,
  UsageError,
} from "./launcher/options.ts";
import { prepare } from "./launcher/prepare.ts";
import { loopbackFor, programsFor } from "./launcher/programs.ts";
import { forgetSetupCode, obtainSetupCode } from "./launcher/setup-code.ts";
import { type Supervisor, supervise } from "./launcher/supervise.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);

main().catch((error: unknown) => {
  process.stderr.write(`relite: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});

async function main(): Promise<void> {
  loadSettingsFile();
  const options = readStartOptions(process.argv.slice(2), process.env);
  if (options === null) {
    say(startHelp);
    return;
  }
  await requireWritable(options.dataDir);
  await requireFree(options.port, options.host, "--port");
  await requireFree(options.davPort, options.davHost, "--dav-port");
  const [endpoint] = await Promise.all([endpointProgram(say), prepare({ say })]);
  const setupCode = obtainSetupCode(options.dataDir);
  const supervisor = supervise(
    programsFor(options, { setupCode, env: process.env, endpoint }),
    join(options.dataDir, "logs"),
    say,
  );
  stopOnSignals(supervisor);
  await supervisor.ready.catch(async (error: unknown) => {
    await supervisor.stop();
    throw error;
  });
  await greet(options, setupCode);
  const reason = await supervisor.gaveUp;
  await supervisor.stop();
  throw new Error(reason);
}

function stopOnSignals(supervisor: Supervisor): void {
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    say("\nStopping …");
    void supervisor.stop().then(() => process.exit(0));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  // What started this was killed.
  if (process.connected) process.once("disconnect", stop);
}

async function greet(options: StartOptions, setupCode: string): Promise<void> {
  const web = options.webUrl;
  say("");
  say(`  Relite           ${web}`);
  say(`  WebDAV endpoint  http://localhost:${options.davPort}${process.env.DAV_PREFIX ?? "/dav"}`);
  say(`  Data and logs    ${options.dataDir}`);
  if (await isClaimed(options)) forgetSetupCode(options.dataDir);
  else say(`\n  Open this link once to become the owner:\n  ${web}/setup#code=${setupCode}`);
  if (process.env.RELITE_WEB_DAV_KEY === undefined)
    say(
      `\n  Stored passwords are sealed with a key made here: keep a copy of\n  ${join(options.dataDir, "api/sealing-key")}`,
    );
  say("\n  Ctrl-C stops it.");
}

/** Each server says for itself whether it has an owner. */
async function isClaimed(options: StartOptions): Promise<boolean> {
  const { host, port, davHost, davPort } = options;
  const asks = [
    `http://${loopbackFor(host)}:${port}/api/setup`,
    `http://${loopbackFor(davHost)}:${davPort}/relite/info`,
  ];
  const answers = await Promise.all(asks.map(async (url) => (await fetch(url)).json() as Promise<unknown>));
  return answers.every(
    (answer) =>
      typeof answer === "object" && answer !== null && "claimed" in answer && answer.claimed === true,
  );
}

async function requireWritable(dataDir: string): Promise<void> {
  try {
    await makeFolder(dataDir);
    accessSync(dataDir, constants.W_OK | constants.R_OK | constants.X_OK);
  } catch {
    throw new UsageError(`the data folder ${dataDir} cannot be written; choose another with --data`);
  }
}

async function requireFree(port: number, host: string, flag: string): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", (error: NodeJS.ErrnoException) =>
      reject(new UsageError(portProblem(error, port, host, flag))),
    );
    probe.listen(port, host, resolve);
  });
  await new Promise((resolve) => probe.close(resolve));
}

function portProblem(error: NodeJS.ErrnoException, port: number, host: string, flag: string): string {
  if (error.code === "EADDRINUSE")
    return `port ${port} is busy; stop what uses it or choose another with ${flag}`;
  if (error.code === "EACCES") return `port ${port} needs more rights; choose another with ${flag}`;
  return `cannot listen on ${host}:${port} (${error.code ?? error.message}); choose another with --host or ${flag}`;
}
