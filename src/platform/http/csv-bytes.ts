/** The bytes of a text file, checked before anything parses them. */
import { isUtf8 } from 'node:buffer';
import type { Hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { invalid, Refusal, refuse } from '../../kernel/refusal.js';
import { discard } from './raw-body.js';

/** The longest line of a file; no row of ours comes near it. */
export const LINE_LIMIT_BYTES = 65_536;

const LF = 0x0a;

/**
 * Passes on whole lines of UTF-8, at most `maxBytes` in all, and adds them to the hash. What the sender still sends
 * after a refusal is read and thrown away (up to `maxBytes` more), because many clients read no answer before they
 * have sent everything.
 * @param closed whether the last line, too, must end with a line break
 * @throws Refusal 'csv.too-large', 'csv.binary', 'csv.encoding', 'csv.line-too-long', 'csv.last-line', 'csv.cut-off'
 */
export async function* checkedBytes(
  stream: Readable,
  maxBytes: number,
  hash: Hash,
  closed = false,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  let line = 1;
  let rest = Buffer.alloc(0);
  let utf16: boolean | undefined;
  let finished = false;
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer | string>) {
      const part = Buffer.from(chunk);
      bytes += part.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      hash.update(part);
      utf16 ??= startsAsUtf16(part);
      const nul = utf16 ? -1 : part.indexOf(0);
      if (nul !== -1) throw binary(line + breaksIn(part.subarray(0, nul)));
      const end = part.lastIndexOf(LF) + 1;
      const lines = end === 0 ? null : Buffer.concat([rest, part.subarray(0, end)]);
      if (lines) {
        const breaks = check(lines, line);
        yield lines;
        line += breaks;
        rest = Buffer.from(part.subarray(end));
      } else {
        rest = Buffer.concat([rest, part]);
      }
      // The last line is still growing: too much of it is refused at once, the rest when it is whole.
      if (rest.length > LINE_LIMIT_BYTES) check(rest, line);
    }
    check(rest, line);
    if (closed && rest.length > 0) throw lastLineOpen(line);
    finished = true;
    yield rest;
  } catch (error) {
    throw error instanceof Refusal ? error : cutOff();
  } finally {
    if (!finished) discard(stream, maxBytes);
  }
}

/** @returns the number of line breaks */
function check(bytes: Buffer, firstLine: number): number {
  const wellFormed = isUtf8(bytes);
  let breaks = 0;
  for (let from = 0; from < bytes.length;) {
    const at = bytes.indexOf(LF, from);
    const to = at === -1 ? bytes.length : at;
    if (to - from > LINE_LIMIT_BYTES) throw lineTooLong(firstLine + breaks);
    if (!wellFormed && !isUtf8(bytes.subarray(from, to))) throw wrongEncoding(firstLine + breaks);
    if (at !== -1) breaks += 1;
    from = to + 1;
  }
  return breaks;
}

function breaksIn(bytes: Buffer): number {
  let breaks = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) breaks += 1;
  return breaks;
}

/** UTF-16 is full of NULs, but it is text: its sender needs another advice. */
function startsAsUtf16(bytes: Buffer): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

function tooLarge(maxBytes: number): Refusal {
  return refuse('csv.too-large', `The file is larger than ${maxBytes} bytes. Send it in parts.`, { kind: 'too-large' });
}

/** The sender hung up: nobody will read this, and it is no accident of ours. */
function cutOff(): Refusal {
  return invalid('csv.cut-off', 'The file ended before it was whole. Nothing was imported; send it again.', []);
}

function lastLineOpen(line: number): Refusal {
  return invalid(
    'csv.last-line',
    `Line ${line}, the last one, has no line break at its end, so that a part of it may be missing. If the file is whole, ` +
      'add a line break and send it again.',
    [{ path: 'file', reason: 'has no line break at its end', line }],
  );
}

function binary(line: number): Refusal {
  return refuse('csv.binary', 'This is not a text file. Save the spreadsheet as "CSV UTF-8" and send that.', {
    kind: 'unsupported',
    faults: [{ path: 'file', reason: 'holds bytes that no text has', line }],
  });
}

function wrongEncoding(line: number): Refusal {
  return invalid('csv.encoding', `Line ${line} is not UTF-8. Save the spreadsheet as "CSV UTF-8" and send that.`, [
    { path: 'file', reason: 'is not UTF-8', line },
  ]);
}

function lineTooLong(line: number): Refusal {
  return invalid(
    'csv.line-too-long',
    `Line ${line} is longer than ${LINE_LIMIT_BYTES} bytes. Is this the right file?`,
    [{ path: 'row', reason: `is longer than ${LINE_LIMIT_BYTES} bytes`, line }],
  );
}
