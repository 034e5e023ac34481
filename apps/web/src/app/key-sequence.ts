interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly target: EventTarget | null;
  readonly timeStamp: number;
}

const togetherWithinMs = 1_200;

/** Single keys and two-key sequences (`g l`); silent while the user types or a dialog is open. */
export function createKeySequence(actions: Readonly<Record<string, () => void>>) {
  let previous: { readonly key: string; readonly atMs: number } | null = null;
  return {
    /** True when the key belonged to a shortcut and was used up. */
    press(event: KeyPress): boolean {
      if (event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return false;
      const before =
        previous !== null && event.timeStamp - previous.atMs < togetherWithinMs ? previous.key : "";
      const action = actions[`${before} ${event.key}`] ?? actions[event.key];
      previous = { key: event.key, atMs: event.timeStamp };
      if (action === undefined) return false;
      previous = null;
      action();
      return true;
    },
  };
}

function isBusy(target: EventTarget | null): boolean {
  if (typeof Element === "undefined" || !(target instanceof Element)) return false;
  return (
    target.closest("input, textarea, select, [contenteditable=true], [role=dialog], [role=menu]") !== null
  );
}
