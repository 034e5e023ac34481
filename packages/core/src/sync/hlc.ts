/** A hybrid logical clock's reading; `node` is the lane whose user made the edit, also when another lane carries it. */
export interface Hlc {
  readonly ms: number;
  readonly count: number;
  readonly node: string;
}

/** What a device remembers of time: its last reading and how far the server's clock is ahead of its own. */
export interface ClockState {
  readonly ms: number;
  readonly count: number;
  readonly offsetMs: number;
}

export const initialClockState: ClockState = { ms: 0, count: 0, offsetMs: 0 };

/** A reading further ahead than this orders edits, but does not move the local clock. */
export const maxDragMs = 24 * 3_600_000;

export function compareHlc(a: Hlc, b: Hlc): number {
  return a.ms - b.ms || a.count - b.count || compareText(a.node, b.node);
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The reading for a new edit: later than every reading this device made or took in, and later than `seen`, the greatest
 * one of the edited entity, however far ahead that is. Only what lies within a day of real time moves the clock.
 */
export function tickClock(
  state: ClockState,
  localNowMs: number,
  node: string,
  seen: Hlc | null,
): { readonly state: ClockState; readonly hlc: Hlc } {
  const nowMs = Math.max(0, Math.floor(localNowMs + state.offsetMs));
  const last = state.ms <= nowMs + maxDragMs ? state : { ms: 0, count: 0 };
  const next = last.ms >= nowMs ? { ms: last.ms, count: last.count + 1 } : { ms: nowMs, count: 0 };
  const isBehind = seen !== null && (seen.ms - next.ms || seen.count - next.count) >= 0;
  const stamp = isBehind ? { ms: seen.ms, count: seen.count + 1 } : next;
  const kept = stamp.ms <= nowMs + maxDragMs ? stamp : next;
  return { state: { ...kept, offsetMs: state.offsetMs }, hlc: { ...stamp, node } };
}

/** Advances the clock over a reading that came from elsewhere; one more than a day ahead is left alone. */
export function observeHlc(state: ClockState, localNowMs: number, seen: Hlc): ClockState {
  if (seen.ms > localNowMs + state.offsetMs + maxDragMs) return state;
  const isAhead = (seen.ms - state.ms || seen.count - state.count) > 0;
  return isAhead ? { ms: seen.ms, count: seen.count, offsetMs: state.offsetMs } : state;
}

/** Takes over the server's idea of time; below two seconds the `Date` header says nothing. */
export function correctClock(state: ClockState, localNowMs: number, serverNowMs: number): ClockState {
  const measuredMs = Math.round(serverNowMs - localNowMs);
  const offsetMs = Math.abs(measuredMs) < 2_000 ? 0 : measuredMs;
  return Math.abs(offsetMs - state.offsetMs) < 2_000 ? state : { ...state, offsetMs };
}
