import { deviceNameOf } from "../identity/device-name.ts";

/** What a `User-Agent` says in a few words: browser and system, else the program's own name; null where it says nothing. */
export function agentName(agent: string): string | null {
  if (agent.startsWith("Mozilla/")) return deviceNameOf(agent);
  const [program = ""] = agent.trim().split(/[\s/]/);
  return program === "" ? null : program;
}
