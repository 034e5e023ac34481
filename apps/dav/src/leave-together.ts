/** Has an answer leave at the end of the turn of the event loop, with the others of that turn. */
export type LeaveTogether = (leave: () => void) => void;

/**
 * Small answers made within one turn leave one right after the other: a client on the same machine, or a proxy, is woken
 * once for all of them instead of once for each, which costs more than the answer itself.
 */
export function createLeaveTogether(): LeaveTogether {
  let held: (() => void)[] = [];

  function letGo(): void {
    const leaving = held;
    held = [];
    for (const leave of leaving) leave();
  }

  return (leave) => {
    if (held.length === 0) setImmediate(letGo);
    held.push(leave);
  };
}
