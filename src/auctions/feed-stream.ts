/** A stream of server-sent events to one reader, who reads as fast as it is written or is let go. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { toJson } from '../kernel/canonical.js';

/** More than this waits for no reader: it is let go, and comes back with what it has seen last. */
const WAITING_BYTES = 262_144;
/** Who takes nothing for this long reads no more. */
const STALLED_MILLIS = 10_000;
/** Whoever has not taken the end by then is cut off. */
const END_MILLIS = 1_000;
/** How soon a browser comes back after the stream ended. */
const RETRY_MILLIS = 1_000;

/** The text of one message, as browsers read it. */
export function messageText(kind: string, data: object, id: number | null): string {
  const head = id === null ? '' : `id: ${id}\n`;
  return `${head}event: ${kind}\ndata: ${toJson(data)}\n\n`;
}

export class FeedStream {
  private over: boolean;
  /** since when the reader has not taken all that was written */
  private behindSince: number | null = null;

  /** @param headers of the answer, beside those that make it a stream */
  constructor(
    private readonly raw: ServerResponse,
    headers: Readonly<Record<string, string | number | string[] | undefined>>,
  ) {
    // The reader may have gone while its snapshot was read.
    this.over = raw.destroyed;
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) raw.setHeader(name, value);
    // A proxy that gathers what it passes on would let nobody read in time.
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    raw.on('close', () => (this.over = true));
    raw.on('error', () => (this.over = true));
    raw.on('drain', () => (this.behindSince = null));
    raw.write(`retry: ${RETRY_MILLIS}\n\n`);
  }

  get ended(): boolean {
    return this.over;
  }

  onEnd(then: () => void): void {
    if (this.over) then();
    else this.raw.once('close', then);
  }

  /** Writes the text of a message; lets a reader go for whom too much waits, or for too long. */
  write(text: string): void {
    if (this.over) return;
    const behind = this.behindSince === null ? 0 : performance.now() - this.behindSince;
    if (this.raw.writableLength > WAITING_BYTES || behind > STALLED_MILLIS) this.letGo();
    else if (!this.raw.write(text)) this.behindSince ??= performance.now();
  }

  /** Waits until the reader has taken what was written; whoever takes nothing is let go. */
  async taken(): Promise<void> {
    if (this.over || !this.raw.writableNeedDrain) return;
    const late = AbortSignal.timeout(STALLED_MILLIS);
    const gone = once(this.raw, 'close', { signal: late });
    await Promise.race([once(this.raw, 'drain', { signal: late }), gone]).catch(() => this.letGo());
  }

  end(): void {
    if (this.over) return;
    this.over = true;
    this.raw.end();
    const late = setTimeout(() => this.raw.destroy(), END_MILLIS);
    this.raw.once('close', () => clearTimeout(late));
  }

  private letGo(): void {
    this.over = true;
    this.raw.destroy();
  }
}
