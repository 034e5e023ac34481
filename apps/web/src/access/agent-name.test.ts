import { expect, it } from "vitest";
import { agentName } from "./agent-name.ts";

it.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"],
  ["rclone/v1.70.1", "rclone"],
  ["WebDAVFS/3.0.0 (03008000) Darwin/24.1.0", "WebDAVFS"],
  ["", null],
  [" / ", null],
])("[WAC5] %s → %s", (agent, name) => expect(agentName(agent)).toBe(name));
