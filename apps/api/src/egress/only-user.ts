import type { Clock } from "@relite/core/clock";
import type { UserRepository } from "../accounts/index.ts";

export interface OnlyUserCheck {
  /** Whether one person alone uses the server; asked for every outgoing request, so known for a second. */
  isAlone(): Promise<boolean>;
  /** Somebody came: count again. */
  forget(): void;
}

export function createOnlyUserCheck(users: Pick<UserRepository, "count">, clock: Clock): OnlyUserCheck {
  let known: { readonly isAlone: Promise<boolean>; readonly untilMs: number } | null = null;
  return {
    isAlone: () => {
      const nowMs = clock.nowMs();
      if (known === null || nowMs >= known.untilMs)
        known = { isAlone: users.count().then((count) => count <= 1), untilMs: nowMs + 1_000 };
      return known.isAlone;
    },
    forget: () => {
      known = null;
    },
  };
}
