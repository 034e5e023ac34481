import type { CommandIo } from "./command-line.ts";

/** What a long command shows of itself: a bar on a terminal, a line now and then elsewhere, always beside the output proper. */
export interface Progress {
  /** `amount` more is done. */
  add(amount: number): void;
  /** The whole is known better now. */
  expect(total: number): void;
  /** A line between, without tearing the bar. */
  note(line: string): void;
  end(): void;
}

export interface ProgressOptions {
  readonly title: string;
  readonly unit: "bytes" | "items";
  /** Null: not known. */
  readonly total: number | null;
}

const redrawMs = 100;
const lineMs = 10_000;
const barCells = 24;

export function startProgress(io: CommandIo, nowMs: () => number, options: ProgressOptions): Progress {
  const startMs = nowMs();
  const { terminal } = io;
  let { total } = options;
  let done = 0;
  let shownMs = startMs;

  const show = () => {
    const state = { ...options, done, total, elapsedMs: nowMs() - startMs };
    if (terminal === undefined) io.err(progressLine(state));
    else terminal.write(`\r\x1b[2K${progressBar(state).slice(0, terminal.columns - 1)}`);
  };
  const clear = () => terminal?.write("\r\x1b[2K");
  return {
    add(amount) {
      done += amount;
      if (nowMs() - shownMs < (terminal === undefined ? lineMs : redrawMs)) return;
      shownMs = nowMs();
      show();
    },
    expect(known) {
      total = known;
    },
    note(line) {
      clear();
      io.err(line);
    },
    end: clear,
  };
}

interface ProgressState extends ProgressOptions {
  readonly done: number;
  readonly elapsedMs: number;
}

function progressBar(state: ProgressState): string {
  const { title, done, total } = state;
  if (total === null || total === 0) return progressLine(state);
  const share = Math.min(1, done / total);
  const cells = "█".repeat(Math.floor(share * barCells)).padEnd(barCells, "░");
  return `${title} ${cells} ${progressFacts(state)}`;
}

function progressLine(state: ProgressState): string {
  return `${state.title}: ${progressFacts(state)}`;
}

function progressFacts({ done, total, unit, elapsedMs }: ProgressState): string {
  const amount = (value: number) => (unit === "bytes" ? bytesText(value) : String(value));
  if (total === null || total === 0) return amount(done);
  const share = Math.min(1, done / total);
  const leftSec = share === 0 ? null : Math.ceil((elapsedMs * (1 - share)) / share / 1_000);
  const left = leftSec === null ? "" : `, ${durationText(leftSec)} left`;
  return `${Math.floor(share * 100)} % (${amount(done)} of ${amount(total)}${left})`;
}

/** `1.5 GiB` and the like, for people. */
export function bytesText(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, Math.abs(bytes))) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}

function durationText(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${seconds} s`;
}
