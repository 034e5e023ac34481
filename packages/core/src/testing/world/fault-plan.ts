/** What can go wrong with one request; `none` most of the time. */
export type Fault =
  | "none"
  | "dropped"
  | "lost-answer"
  | "torn"
  | "stale-listing"
  | "server-error"
  | "refused"
  | "wrong-body"
  | "crash";

export interface FaultRates {
  readonly dropped: number;
  readonly lostAnswer: number;
  readonly torn: number;
  readonly staleListing: number;
  readonly serverError: number;
  readonly refused: number;
  readonly wrongBody: number;
  readonly crash: number;
}

export const noFaults: FaultRates = {
  dropped: 0,
  lostAnswer: 0,
  torn: 0,
  staleListing: 0,
  serverError: 0,
  refused: 0,
  wrongBody: 0,
  crash: 0,
};

/** Between a calm network and a terrible one, by the seed. */
export function drawRates(random: () => number): FaultRates {
  const weight = random() < 0.2 ? 0 : random() * 0.12;
  return {
    dropped: weight,
    lostAnswer: weight,
    torn: weight,
    staleListing: weight,
    serverError: weight * 0.5,
    refused: weight * 0.3,
    wrongBody: weight * 0.5,
    crash: weight * 0.5,
  };
}

export function drawFault(rates: FaultRates, random: () => number): Fault {
  const table: readonly (readonly [Fault, number])[] = [
    ["dropped", rates.dropped],
    ["lost-answer", rates.lostAnswer],
    ["torn", rates.torn],
    ["stale-listing", rates.staleListing],
    ["server-error", rates.serverError],
    ["refused", rates.refused],
    ["wrong-body", rates.wrongBody],
    ["crash", rates.crash],
  ];
  let left = random();
  for (const [fault, rate] of table) {
    left -= rate;
    if (left < 0) return fault;
  }
  return "none";
}
