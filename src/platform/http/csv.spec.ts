import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import fc from 'fast-check';
import { stringify } from 'csv-stringify/sync';
import { Refusal } from '../../kernel/refusal.js';
import { type CsvRow, readCsv } from './csv.js';

const shape = { columns: ['code', 'name'], optional: ['note'], maxRows: 5_000, maxBytes: 2_000_000 } as const;
type Row = CsvRow<'code' | 'name' | 'note'>;

async function read(...chunks: (string | Buffer)[]): Promise<Row[]> {
  const rows: Row[] = [];
  await readCsv(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), shape, (batch) => void rows.push(...batch));
  return rows;
}

async function refusalOf(...chunks: (string | Buffer)[]): Promise<Refusal> {
  const answer: unknown = await read(...chunks).catch((error: unknown) => error);
  if (answer instanceof Refusal) return answer;
  throw new Error(`was not refused: ${JSON.stringify(answer)}`);
}

describe('reading CSV', () => {
  it('reads rows by the names of the header, in any order, with the line each begins on', async () => {
    const rows = await read('name,code\n', '\n"Busan, South",B\n', '"two\nlines",C\nlast ,  D');
    expect(rows).toEqual([
      { line: 3, values: { code: 'B', name: 'Busan, South', note: '' } },
      { line: 4, values: { code: 'C', name: 'two\nlines', note: '' } },
      { line: 6, values: { code: 'D', name: 'last', note: '' } },
    ]);
  });

  it('bears a BOM, CRLF, optional columns, rows without any value and characters cut by the network', async () => {
    const file = Buffer.from('\ufeffcode,name,note\r\nA,부산,first\r\n,,\r\n"B","say ""hi""",\r\n');
    const rows = await read(...Array.from(file, (_byte, i) => file.subarray(i, i + 1)));
    expect(rows).toEqual([
      { line: 2, values: { code: 'A', name: '부산', note: 'first' } },
      { line: 4, values: { code: 'B', name: 'say "hi"', note: '' } },
    ]);
  });

  it('gives back what was written, however it is cut', async () => {
    const value = fc.stringMatching(/^([a-z가-힣",]([a-z가-힣",\n ]{0,8}[a-z가-힣",])?)?$/);
    const records = fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,5}$/), value), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(records, fc.integer({ min: 1, max: 50 }), fc.boolean(), async (wanted, size, windows) => {
        // The writer only quotes line breaks of its own kind.
        const options = { record_delimiter: windows ? 'windows' : 'unix', quoted_match: /\n/ } as const;
        const file = Buffer.from(stringify([['code', 'name'], ...wanted], options));
        const chunks = Array.from({ length: Math.ceil(file.length / size) }, (_x, i) =>
          file.subarray(i * size, (i + 1) * size),
        );
        const rows = await read(...chunks);
        expect(rows.map(({ values }) => [values.code, values.name])).toEqual(wanted);
        const before = wanted.map(([, name], i) => ({ i, breaks: name.split('\n').length - 1 }));
        expect(rows.map(({ line }) => line)).toEqual(
          before.map(({ i }) => 2 + i + before.slice(0, i).reduce((sum, { breaks }) => sum + breaks, 0)),
        );
      }),
    );
  });

  it('hands rows on in batches, and tells files apart', async () => {
    const sizes: number[] = [];
    const file = `code,name\n${'A,B\n'.repeat(2_500)}`;
    const first = await readCsv(Readable.from([Buffer.from(file)]), shape, (batch) => void sizes.push(batch.length));
    const again = await readCsv(Readable.from([file.slice(0, 99), file.slice(99)]), shape, () => undefined);
    const other = await readCsv(Readable.from([`${file}C,D`]), shape, () => undefined);
    expect(sizes).toEqual([1_000, 1_000, 500]);
    expect(first).toEqual({ rows: 2_500, hash: again.hash });
    expect(other.hash).not.toBe(first.hash);
  });

  it('tells all faulty rows at once: line, column, reason', async () => {
    const stream = Readable.from(['code,name\n', 'A\n', ',Nameless\n', 'B,Busan,and,more\n', 'C,Cheju\n']);
    const refusal: unknown = await readCsv(stream, shape, (batch, faults) => {
      for (const { line, values } of batch) if (values.code === '') faults.add(line, 'code', 'must not be empty');
    }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'csv.rows',
      kind: 'invalid',
      message:
        'Nothing was imported: line 2, name cannot be told: the line has 1 values, the header 2 (and 2 more). ' +
        'Correct the file and send it again.',
      faults: [
        { line: 2, path: 'name' },
        { line: 3, path: 'code', reason: 'must not be empty' },
        { line: 4, path: 'name' },
      ],
    });
  });

  it('lists only the first faults of many, and counts all', async () => {
    const stream = Readable.from([`code,name\n${'A\n'.repeat(3_000)}`]);
    const refusal: unknown = await readCsv(stream, shape, () => undefined).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refusal);
    expect((refusal as Refusal).faults).toHaveLength(100);
    expect((refusal as Refusal).facts).toMatchObject({ faultCount: 3_000 });
  });

  it.each<[string, string, (string | Buffer)[], number?]>([
    ['nothing', 'csv.empty', ['']],
    ['a header only', 'csv.empty', ['code,name\n']],
    ['a missing column', 'csv.header', ['code\nA\n'], 1],
    ['an unknown column', 'csv.header', ['code,name,price\nA,B,1\n'], 1],
    ['a column twice', 'csv.header', ['code,name,code\nA,B,A\n'], 1],
    ['semicolons', 'csv.header', ['code;name\nA;B\n'], 1],
    ['a quote left open', 'csv.quote', ['code,name\nA,"Bus'], 2],
    ['a quote within a value', 'csv.quote', ['code,name\nA,B\nB,the "big" one\n'], 3],
    ['text behind a quote', 'csv.quote', ['code,name\nA,"B"C\n'], 2],
    ['Latin-1', 'csv.encoding', ['code,name\nA,ok\nB,', Buffer.from('Zürich\n', 'latin1')], 3],
    ['UTF-16', 'csv.encoding', [Buffer.from('\ufeffcode,name\nA,B\n', 'utf16le')], 1],
    ['a character cut at the end', 'csv.encoding', ['code,name\nA,', Buffer.from('부').subarray(0, 2)], 2],
    ['a NUL', 'csv.binary', ['code,name\nA,B\nC,D', Buffer.from([0]), '\n'], 3],
    ['a picture', 'csv.binary', [Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1')]],
    ['a line without end', 'csv.line-too-long', ['code,name\nA,', ...Array<string>(20).fill('x'.repeat(10_000))], 2],
    ['a long line that ends', 'csv.line-too-long', [`code,name\nA,${'x'.repeat(70_000)}\n`], 2],
    ['a quoted value over many lines', 'csv.line-too-long', [`code,name\nA,"${'some words\n'.repeat(9_000)}"\n`]],
    ['too many rows', 'csv.too-many-rows', [`code,name\n${'A,B\n'.repeat(5_001)}`]],
    ['too many rows without any value', 'csv.too-many-rows', [`code,name\n${',\n'.repeat(100_001)}`]],
    ['too many bytes', 'csv.too-large', ['code,name\n', ...Array<string>(41).fill(`A,${'x'.repeat(49_997)}\n`)]],
  ])('refuses %s with %s', async (...example) => {
    const [, code, chunks, line] = example;
    const refusal = await refusalOf(...chunks);
    expect(refusal.code).toBe(code);
    if (line !== undefined) expect(refusal.faults[0]?.line).toBe(line);
  });

  it('names every column that is wrong', async () => {
    const refusal = await refusalOf('code,price\nA,1\n');
    expect(refusal.faults).toEqual([
      { path: 'name', reason: 'is missing', line: 1 },
      { path: 'price', reason: 'is not a column of this file', line: 1 },
    ]);
  });

  it('passes on what the batch breaks, and refuses what the sender breaks off', async () => {
    const broken = new Error('no room');
    await expect(
      readCsv(Readable.from(['code,name\nA,B\n']), shape, () => {
        throw broken;
      }),
    ).rejects.toBe(broken);
    async function* halfSent(): AsyncGenerator<string> {
      yield 'code,name\nA,B\n';
      throw new Error('aborted');
    }
    await expect(readCsv(Readable.from(halfSent()), shape, () => undefined)).rejects.toMatchObject({
      code: 'csv.cut-off',
    });
  });

  it('leaves the stream alive after a refusal, and reads away what the sender still sends', async () => {
    let sent = 0;
    async function* sender(): AsyncGenerator<string> {
      yield 'code,name\nA,"B"C\n';
      for (sent = 1; sent < 200; sent += 1) yield 'more,of it\n';
    }
    const stream = Readable.from(sender());
    await expect(readCsv(stream, shape, () => undefined)).rejects.toMatchObject({ code: 'csv.quote' });
    await finished(stream);
    expect(sent).toBe(200);
  });

  it('refuses a last line that is open where a part of it must not be missing, and takes it elsewhere', async () => {
    const closed = { ...shape, closed: true };
    const open = (): Readable => Readable.from(['code,name\nA,B\nC,D']);
    await expect(readCsv(open(), closed, () => undefined)).rejects.toMatchObject({
      code: 'csv.last-line',
      faults: [{ path: 'file', line: 3 }],
    });
    await expect(readCsv(Readable.from(['code,name\nA,B\r\n']), closed, () => undefined)).resolves.toMatchObject({
      rows: 1,
    });
    await expect(readCsv(open(), shape, () => undefined)).resolves.toMatchObject({ rows: 2 });
  });

  it('hangs up on a sender that never ends', async () => {
    let hungUp = false;
    async function* sender(): AsyncGenerator<string> {
      try {
        for (;;) yield 'x'.repeat(60_000);
      } finally {
        hungUp = true;
      }
    }
    const stream = Readable.from(sender());
    await expect(readCsv(stream, shape, () => undefined)).rejects.toMatchObject({ code: 'csv.line-too-long' });
    await finished(stream).catch(() => undefined);
    expect(hungUp).toBe(true);
  });
});
