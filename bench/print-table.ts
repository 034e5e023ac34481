import type { Row, Table } from "./measure.ts";

/** A table as aligned text; the first row is what the others are compared with. */
export function printTable(table: Table): string {
  const head = ["", table.unit, "min … max", "ratio", "target"];
  const lines = [head, ...table.rows.map((row) => cells(row, table.unit))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
  return [table.title, ...text, ""].join("\n");
}

function cells(row: Row, unit: Table["unit"]): readonly string[] {
  if (row.failure !== undefined) return [row.name, "failed", "", "", row.failure];
  const range = `${figure(row.min)} … ${figure(row.max)}`;
  return [row.name, figure(row.median), range, row.ratio.toPrecision(3), target(row, unit)];
}

function target({ ratio, median, targetRatio, target }: Row, unit: Table["unit"]): string {
  if (target !== undefined) return `${verdict(median, target, unit)} ${unit}`;
  return targetRatio === undefined ? "" : verdict(ratio, targetRatio, unit);
}

function verdict(value: number, target: number, unit: Table["unit"]): string {
  const isLess = unit === "ms" || unit === "MB";
  const isMet = isLess ? value <= target : value >= target;
  return `${isMet ? "met" : "missed"}: ${isLess ? "≤" : "≥"} ${Number(target.toPrecision(3))}`;
}

function figure(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: value < 100 ? 2 : 0 });
}
