/** What benchmarks print: a table for people, and JSON for machines. */

export type Cell = string | number;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** The value that this part of all values does not exceed. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

/** Milliseconds that the work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

export class Report {
  private readonly rows: ({ bench: string } & Record<string, Cell>)[] = [];
  private header = '';

  /** Adds a row and prints it at once, so that long benchmarks show how far they are. */
  row(bench: string, cells: Readonly<Record<string, Cell>>): void {
    this.rows.push({ bench, ...cells });
    const header = Object.keys(cells).join(' | ');
    if (header !== this.header) {
      this.header = header;
      console.log(`\n${bench}\n  ${header}`);
    }
    console.log(`  ${Object.values(cells).map(shown).join(' | ')}`);
  }

  json(): string {
    return `${JSON.stringify(this.rows, null, 2)}\n`;
  }
}

function shown(cell: Cell): string {
  if (typeof cell === 'string' || Number.isInteger(cell)) return String(cell);
  return cell.toFixed(Math.abs(cell) < 10 ? 2 : 0);
}
