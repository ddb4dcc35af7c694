/** Reads spreadsheets as people hand them over: CSV in UTF-8, streamed, refused at the first byte that is no CSV. */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { type Fault, invalid, type Refusal, refuse } from '../../kernel/refusal.js';
import { checkedBytes, LINE_LIMIT_BYTES } from './csv-bytes.js';
import { FAULTS_LISTED } from './problem.filter.js';

/** Rows handed on at a time, unless said otherwise. */
const BATCH_ROWS = 1_000;

/** Spreadsheet programs write rows without any value below the others; reading them costs as much, and says nothing. */
const MAX_EMPTY_ROWS = 100_000;

/** One row. `line` is where it begins in the file, counted from 1; the values are trimmed, absent ones are ''. */
export interface CsvRow<C extends string> {
  readonly line: number;
  readonly values: Readonly<Record<C, string>>;
}

export interface CsvShape<C extends string, O extends string = never> {
  /** columns the header must name, in any order */
  readonly columns: readonly C[];
  /** columns the header may name */
  readonly optional?: readonly O[];
  readonly maxRows: number;
  readonly maxBytes: number;
  /** is a header without rows a file as well? */
  readonly mayHaveNoRows?: boolean;
  readonly batchRows?: number;
  /**
   * whether the last line, too, must end with a line break: for files whose rows bind somebody, and would still make
   * sense with a part of their last value missing
   */
  readonly closed?: boolean;
}

/** What was read: the number of rows, and the SHA-256 of the file, which tells one file from another. */
export interface CsvRead {
  readonly rows: number;
  readonly hash: string;
}

/** Collects what is wrong with rows: the first faults are kept, all are counted. */
export class RowFaults {
  private readonly kept: Fault[] = [];
  private total = 0;

  get count(): number {
    return this.total;
  }

  /** @param reason completes the sentence "<column> ...": "must be a whole number" */
  add(line: number, column: string, reason: string): void {
    this.total += 1;
    if (this.kept.length < FAULTS_LISTED) this.kept.push({ path: column, reason, line });
  }

  /** @throws Refusal 'csv.rows' with the faults, if there are any */
  throwIfAny(): void {
    const [first] = this.kept;
    if (!first) return;
    const more = this.total > 1 ? ` (and ${this.total - 1} more)` : '';
    throw refuse(
      'csv.rows',
      `Nothing was imported: line ${first.line}, ${first.path} ${first.reason}${more}. Correct the file and send it again.`,
      {
        kind: 'invalid',
        faults: this.kept.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)),
        faultCount: this.total,
      },
    );
  }
}

/**
 * Reads a CSV file in batches: comma, double quotes, LF or CRLF, UTF-8 with or without BOM, a header naming the columns.
 * Rows that are empty are passed over. `onBatch` may add faults; reading goes on, so that all are told at once, and
 * the reading ends in their refusal: whatever a batch did before must be undone by then (or not have been done yet).
 * The stream is never destroyed: if it is a request's, its answer can still be sent.
 * @throws Refusal 'csv.rows', 'csv.header', 'csv.empty', 'csv.quote', 'csv.line-too-long', 'csv.encoding', 'csv.binary',
 *   'csv.too-many-rows', 'csv.too-large', 'csv.last-line', 'csv.cut-off'; whatever onBatch throws
 */
export async function readCsv<C extends string, O extends string = never>(
  stream: Readable,
  shape: CsvShape<C, O>,
  onBatch: (rows: readonly CsvRow<C | O>[], faults: RowFaults) => Promise<void> | void,
): Promise<CsvRead> {
  const hash = createHash('sha256');
  const faults = new RowFaults();
  const parser = parse({
    bom: true,
    delimiter: ',',
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    info: true,
    max_record_size: LINE_LIMIT_BYTES,
  });
  const batchRows = shape.batchRows ?? BATCH_ROWS;
  let header: readonly (C | O)[] | undefined;
  let batch: CsvRow<C | O>[] = [];
  let rows = 0;
  let emptyRows = 0;
  const consume = async (records: AsyncIterable<{ record: string[]; info: { lines: number } }>): Promise<void> => {
    for await (const { record, info } of records) {
      if (!header) {
        header = headerOf(record, shape);
        continue;
      }
      if (record.every((value) => value === '')) {
        emptyRows += 1;
        if (emptyRows > MAX_EMPTY_ROWS) throw tooManyEmptyRows();
        continue;
      }
      rows += 1;
      if (rows > shape.maxRows) throw tooManyRows(shape.maxRows);
      const line = info.lines - breaksWithin(record);
      const row = rowOf(record, line, header, shape, faults);
      if (row) batch.push(row);
      if (batch.length >= batchRows) {
        await onBatch(batch, faults);
        batch = [];
      }
    }
  };
  try {
    await pipeline(checkedBytes(stream, shape.maxBytes, hash, shape.closed), parser, consume);
  } catch (error) {
    throw error instanceof CsvError ? refusalOf(error) : error;
  }
  if (!header) throw invalid('csv.empty', `The file is empty. Its first line must name ${listOf(shape.columns)}.`, []);
  if (batch.length > 0) await onBatch(batch, faults);
  faults.throwIfAny();
  if (rows === 0 && shape.mayHaveNoRows !== true) throw invalid('csv.empty', 'The file has a header but no rows.', []);
  return { rows, hash: hash.digest('hex') };
}

function headerOf<C extends string, O extends string>(
  found: readonly string[],
  shape: CsvShape<C, O>,
): readonly (C | O)[] {
  const known = new Set<string>([...shape.columns, ...(shape.optional ?? [])]);
  const faults: Fault[] = [
    ...shape.columns.filter((column) => !found.includes(column)).map((path) => ({ path, reason: 'is missing' })),
    ...found.filter((name) => !known.has(name)).map((path) => ({ path, reason: 'is not a column of this file' })),
    ...found.filter((name, i) => found.indexOf(name) !== i).map((path) => ({ path, reason: 'is there twice' })),
  ].map((fault) => ({ ...fault, line: 1 }));
  const [first] = faults;
  if (first) {
    const separator = found.length === 1 && /[;\t]/.test(found[0] ?? '') ? ' Columns are separated by commas.' : '';
    throw invalid(
      'csv.header',
      `The first line must name the columns ${listOf(shape.columns)}: "${first.path.slice(0, 80)}" ${first.reason}.${separator}`,
      faults.slice(0, FAULTS_LISTED).map((fault) => ({ ...fault, path: fault.path.slice(0, 80) })),
    );
  }
  return found as readonly (C | O)[];
}

function rowOf<C extends string, O extends string>(
  record: readonly string[],
  line: number,
  header: readonly (C | O)[],
  shape: CsvShape<C, O>,
  faults: RowFaults,
): CsvRow<C | O> | null {
  if (record.length !== header.length) {
    const at = header[Math.min(record.length, header.length - 1)] ?? '';
    faults.add(line, at, `cannot be told: the line has ${record.length} values, the header ${header.length}`);
    return null;
  }
  const values = Object.fromEntries((shape.optional ?? []).map((column) => [column, '']));
  header.forEach((column, i) => (values[column] = record[i] ?? ''));
  return { line, values: values as Record<C | O, string> };
}

/** The parser tells where a row ends; quoted values may span lines. */
function breaksWithin(record: readonly string[]): number {
  return record.reduce((sum, value) => (value.includes('\n') ? sum + value.split('\n').length - 1 : sum), 0);
}

function refusalOf(error: CsvError): Refusal {
  const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    return invalid('csv.line-too-long', `The row at line ${line} is too long. Is a quote not closed?`, [
      { path: 'row', reason: `is longer than ${LINE_LIMIT_BYTES} characters`, line },
    ]);
  }
  return invalid('csv.quote', `The quotes at line ${line} do not fit. Is the file complete?`, [
    { path: 'row', reason: 'has a quote that is not closed, or that is not doubled within quotes', line },
  ]);
}

function tooManyRows(maxRows: number): Refusal {
  return refuse('csv.too-many-rows', `The file has more than ${maxRows} rows. Send it in parts.`, {
    kind: 'too-large',
  });
}

function tooManyEmptyRows(): Refusal {
  return refuse(
    'csv.too-many-rows',
    `The file has more than ${MAX_EMPTY_ROWS} rows without any value. Delete the empty rows and send it again.`,
    { kind: 'too-large' },
  );
}

function listOf(columns: readonly string[]): string {
  return columns.join(', ');
}
