/** One way of doing the same work. */
export interface Contender {
  readonly name: string;
  /** One unit of the work. */
  run(): unknown;
  /** The ratio to the baseline that is aimed at. */
  readonly targetRatio?: number;
  /** What is aimed at in the table's own unit. */
  readonly target?: number;
  /** Another's program: when it fails its row says so and the run goes on. Ours may not fail. */
  readonly isPeer?: boolean;
}

/** One way of doing the same work that says itself what it took. */
export interface Gauge extends Omit<Contender, "run"> {
  run(): Promise<number>;
}

export interface Row {
  readonly name: string;
  /** Median over the rounds, in the table's unit. */
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Median divided by the first contender's. */
  readonly ratio: number;
  /** Rounds counted; fewer than the others' when it used up its time. */
  readonly rounds: number;
  readonly targetRatio?: number;
  readonly target?: number;
  /** Why a peer has no figure. */
  readonly failure?: string;
}

export interface Table {
  readonly title: string;
  readonly unit: "1/s" | "ms" | "MB" | "MB/s";
  readonly rows: readonly Row[];
}

/** Who took this long for one table is not asked for another round: a slow peer must not make the run endless. */
const maxContenderMs = 20_000;

/** Units of work per second. Rounds are interleaved, so that a slow minute of the machine falls on all alike. */
export async function measureRates(
  title: string,
  contenders: readonly Contender[],
  { rounds = 7, roundMs = 250 }: { readonly rounds?: number; readonly roundMs?: number } = {},
): Promise<Table> {
  const rate = async ({ run }: Contender) => {
    const startMs = performance.now();
    let done = 0;
    let endMs = startMs;
    while (endMs - startMs < roundMs) {
      await run();
      done += 1;
      endMs = performance.now();
    }
    return (done * 1_000) / (endMs - startMs);
  };
  return tableOf(title, "1/s", contenders, await interleave(contenders, rounds, rate));
}

/** Figures that each contender takes itself; the first, warming round is not counted. */
export async function measureFigures(
  title: string,
  unit: Table["unit"],
  gauges: readonly Gauge[],
  { rounds = 5 }: { readonly rounds?: number } = {},
): Promise<Table> {
  return tableOf(title, unit, gauges, await interleave(gauges, rounds, (gauge) => gauge.run()));
}

/** Milliseconds for one unit of heavy work; the first, warming round is not counted. */
export async function measureTimes(
  title: string,
  contenders: readonly Contender[],
  { rounds = 5 }: { readonly rounds?: number } = {},
): Promise<Table> {
  const time = async ({ run }: Contender) => {
    const startMs = performance.now();
    await run();
    return performance.now() - startMs;
  };
  return tableOf(title, "ms", contenders, await interleave(contenders, rounds, time));
}

interface Measured {
  readonly figures: number[];
  tookMs: number;
  failure?: string;
}

async function interleave<Each extends Omit<Contender, "run">>(
  contenders: readonly Each[],
  rounds: number,
  measure: (contender: Each) => Promise<number>,
): Promise<readonly Measured[]> {
  const measured = contenders.map((): Measured => ({ figures: [], tookMs: 0 }));
  for (let round = 0; round <= rounds; round += 1)
    for (const [index, contender] of contenders.entries()) {
      const sofar = measured[index];
      if (sofar === undefined || sofar.failure !== undefined) continue;
      if (sofar.figures.length > 0 && sofar.tookMs > maxContenderMs) continue;
      const startMs = performance.now();
      try {
        const figure = await measure(contender);
        if (round > 0) sofar.figures.push(figure);
      } catch (error) {
        if (contender.isPeer !== true) throw error;
        sofar.failure = rootMessage(error);
      }
      sofar.tookMs += performance.now() - startMs;
    }
  return measured;
}

function rootMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : rootMessage(error.cause);
}

function tableOf(
  title: string,
  unit: Table["unit"],
  contenders: readonly Omit<Contender, "run">[],
  measured: readonly Measured[],
): Table {
  const medians = measured.map(({ figures }) => median(figures));
  const [baseline = Number.NaN] = medians;
  const rows = contenders.map(({ name, targetRatio, target }, index) => {
    const { figures = [], failure } = measured[index] ?? {};
    return {
      name,
      median: medians[index] ?? Number.NaN,
      min: Math.min(...figures),
      max: Math.max(...figures),
      ratio: (medians[index] ?? Number.NaN) / baseline,
      rounds: figures.length,
      ...(targetRatio === undefined ? {} : { targetRatio }),
      ...(target === undefined ? {} : { target }),
      ...(failure === undefined ? {} : { failure }),
    };
  });
  return { title, unit, rows };
}

function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}
