export interface Mutant {
  readonly bug: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Bugs that someone could write, each as one replacement; the simulated world finds every one of them. */
export const mutants: readonly Mutant[] = [
  {
    bug: "a delete misses the last edit it had seen",
    file: "entity-state.ts",
    from: "return entry.seq <= seqIn(state.removed, entry.lane);",
    to: "return entry.seq < seqIn(state.removed, entry.lane);",
  },
  {
    bug: "an edit does not lie after what was read",
    file: "hlc.ts",
    from: "const isBehind = seen !== null &&",
    to: "const isBehind = seen !== null && seen.ms < 0 &&",
  },
  {
    bug: "a delete forgets the edits of its own lane",
    file: "outbox.ts",
    from: "vectorOf([...others, [lane, seq - 1]])",
    to: "vectorOf(others)",
  },
  {
    bug: "a delete hides everything, seen or not",
    file: "entity-state.ts",
    from: "return entry.seq <= seqIn(state.removed, entry.lane);",
    to: "return state.removed.length > 0;",
  },
  {
    bug: "a lost own tail is not put back",
    file: "plan.ts",
    from: 'if (!isThere) return [{ kind: "restore", isSure: isEmpty }];',
    to: "if (!isThere) return [];",
  },
  {
    bug: "what a dead device confirmed is not put back",
    file: "plan.ts",
    from: 'return isDue ? [{ kind: "foster", lane }]',
    to: "return isDue ? []",
  },
  {
    bug: "a push counts as confirmed before it is sent",
    file: "push.ts",
    from: '  const name = await putFresh(\n    parts,\n    "l",',
    to: '  await changeOwn(parts, lane.lane, (now) => ({ ...now, acked: { seq: sealed.seq, hash: sealed.hash, name: "" } }));\n  const name = await putFresh(\n    parts,\n    "l",',
  },
  {
    bug: "equal readings are resolved by arrival",
    file: "entity-state.ts",
    from: "return compareHlc(a.hlc, b.hlc) || compareText(JSON.stringify(a.value), JSON.stringify(b.value));",
    to: "return a.hlc.ms - b.hlc.ms;",
  },
  {
    bug: "a segment in use is deleted as litter",
    file: "segments.ts",
    from: "      ...lane.litter.filter((other) => other !== name),\n",
    to: "      ...lane.litter,\n",
  },
  {
    bug: "placed drafts stay in the outbox",
    file: "outbox.ts",
    from: 'await writer.remove("drafts", key);',
    to: "",
  },
  {
    bug: "two vectors join to the smaller",
    file: "version-vector.ts",
    from: "Math.max(seq, seqByLane.get(lane) ?? 0)",
    to: "Math.min(seq, seqByLane.get(lane) ?? seq)",
  },
  {
    bug: "a copy's branch is not carried over",
    file: "retire.ts",
    from: "    ...toForeign(theirs),\n",
    to: "",
  },
  {
    bug: "a retired lane is not cut",
    file: "retire.ts",
    from: "    ...(hasCut ? [cut] : []),\n",
    to: "",
  },
  {
    bug: "a clone is not noticed",
    file: "plan.ts",
    from: "return own === null ? [] : inspectUnknown(byLane.get(own.lane) ?? [], own.known, observation);",
    to: "return [];",
  },
  {
    bug: "the older tail is never tried",
    file: "plan.ts",
    from: ".slice(0, maxCandidates);\n  return candidates.length",
    to: ".slice(0, 1);\n  return candidates.length",
  },
  {
    bug: "an idle round writes its tail again",
    file: "push.ts",
    from: "if (own.seq === confirmed) return { ops: 0, held };",
    to: "",
  },
  {
    bug: "a retry uses the same name",
    file: "parts.ts",
    from: "const name = await nameOf(randomHex(parts.random, attemptDigits));",
    to: 'const name = await nameOf("0".repeat(attemptDigits));',
  },
  {
    bug: "a torn tail is read at every poll",
    file: "plan.ts",
    from: "return known !== undefined && known.retryAtMs > nowMs",
    to: "return known !== undefined && known.retryAtMs > 9e15 + nowMs",
  },
  {
    bug: "lost segments are not looked for",
    file: "plan.ts",
    from: 'return isWhole && !isUnvouched && !isOverdue ? [] : [{ kind: "verify-segments" }];',
    to: "return [];",
  },
];
