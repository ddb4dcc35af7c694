/** How the demonstration speaks: headings, sentences, progress, small drawings. Only text, so that any terminal does. */
import { SingleBar } from 'cli-progress';
import { formatMoney } from '../src/kernel/money.js';

const WIDTH = 96;

export class Story {
  private readonly started = Date.now();
  private chapter = 0;
  /** seconds per stage, for the figures */
  readonly seconds: Record<string, number> = {};

  constructor(
    private readonly currency: string,
    /** false: it is only timed, for benchmarks */
    private readonly aloud = true,
  ) {}

  private write(text: string): void {
    if (this.aloud) process.stdout.write(text);
  }

  /** A chapter of the story, timed under a key of the figures. */
  async stage<T>(key: string, title: string, work: () => Promise<T>): Promise<T> {
    this.chapter += 1;
    this.write(`\n${this.chapter}. ${title}\n`);
    const began = Date.now();
    const result = await work();
    this.seconds[key] = Math.round((this.seconds[key] ?? 0) * 1000 + Date.now() - began) / 1000;
    return result;
  }

  /** A paragraph, broken at the width of a page. */
  say(text: string): void {
    let line = '  ';
    for (const word of text.split(/\s+/)) {
      if (line.length + word.length + 1 > WIDTH) {
        this.write(`${line.trimEnd()}\n`);
        line = '  ';
      }
      line += ` ${word}`;
    }
    this.write(`${line.trimEnd()}\n`);
  }

  /** What a reader may type: on one line, however long. */
  command(text: string): void {
    this.write(`\n   ${text}\n`);
  }

  /** A part of a chapter. */
  heading(text: string): void {
    this.write(`\n   -- ${text}\n\n`);
  }

  title(text: string): void {
    this.write(`\n${text}\n${'='.repeat(text.length)}\n`);
  }

  /** Minor units with currency and digits in groups. */
  money(minor: number | bigint): string {
    const [whole = '', fraction] = formatMoney(BigInt(minor), this.currency).split('.');
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
    return `${grouped}${fraction === undefined ? '' : `.${fraction}`} ${this.currency}`;
  }

  count(n: number): string {
    return n.toLocaleString('en-US');
  }

  percent(part: number, whole: number): string {
    return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
  }

  /** Rows under a header, numbers to the right. */
  table(header: readonly string[], rows: readonly (readonly string[])[]): void {
    const widths = header.map((h, i) => Math.max(h.length, ...rows.map((row) => (row[i] ?? '').length)));
    const right = header.map((_h, i) => rows.every((row) => /^[-\d.,%+ ]*( [A-Z]{3})?$/.test(row[i] ?? '')));
    const line = (cells: readonly string[]): string =>
      `   ${cells.map((c, i) => (right[i] === true ? c.padStart(widths[i] ?? 0) : c.padEnd(widths[i] ?? 0))).join('  ')}`.trimEnd();
    this.write(`\n${line(header)}\n   ${widths.map((w) => '-'.repeat(w)).join('  ')}\n`);
    for (const row of rows) this.write(`${line(row)}\n`);
    this.write('\n');
  }

  /** Bars over a common scale that begins at zero. */
  chart(rows: readonly { label: string; value: number; note: string }[]): void {
    const most = Math.max(...rows.map((row) => row.value), 1);
    const left = Math.max(...rows.map((row) => row.label.length));
    this.write('\n');
    for (const { label, value, note } of rows) {
      this.write(`   ${label.padStart(left)}  ${'█'.repeat(Math.max(1, Math.round((40 * value) / most)))} ${note}\n`);
    }
    this.write('\n');
  }

  /** A progress bar; on a log it becomes a line every two seconds. */
  progress(what: string, total: number, unit: string): { to(value: number): void; end(): void } {
    if (!this.aloud) return { to: () => {}, end: () => {} };
    const bar = new SingleBar({
      format: `     ${what} [{bar}] {percentage} % of {total} ${unit}`,
      barsize: 30,
      barCompleteChar: '█',
      barIncompleteChar: '·',
      stream: process.stdout,
      noTTYOutput: true,
      notTTYSchedule: 2_000,
      hideCursor: true,
      clearOnComplete: false,
      emptyOnZero: true,
    });
    bar.start(Math.max(1, total), 0);
    return {
      to: (value) => bar.update(Math.min(value, total)),
      end: () => {
        bar.update(Math.max(1, total));
        bar.stop();
      },
    };
  }

  /** Waits for something, with a sign of life: a dot a second. */
  async waiting<T>(what: string, work: Promise<T>): Promise<T> {
    this.write(`     ${what} `);
    const sign = setInterval(() => this.write('.'), 1_000);
    try {
      const result = await work;
      this.write(' done\n');
      return result;
    } finally {
      clearInterval(sign);
    }
  }

  totalSeconds(): number {
    return Math.round(Date.now() - this.started) / 1000;
  }
}
