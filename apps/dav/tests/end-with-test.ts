import type { ChildProcess } from "node:child_process";
import { onTestFinished } from "vitest";

/** Ends a process with the test that started it, be it that the test failed or took too long. */
export function endWithTest<Child extends ChildProcess>(child: Child): Child {
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}
