/** A reader of the feed of an auction, as a browser is one. */
import { get, type IncomingMessage } from 'node:http';
import { SESSION_COOKIE } from '../../src/identity/session-cookie.js';
import type { Someone } from './system.js';

export interface FeedMessage {
  /** null when the message leaves the last id as it is */
  readonly id: number | null;
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>> & { readonly now: string };
}

export interface FeedOptions {
  /** nobody for somebody who is not signed in */
  readonly by?: Someone;
  /** sent as Last-Event-ID */
  readonly lastEventId?: number | string;
  /** behind the path, such as `?after=3` */
  readonly query?: string;
}

export class Feed {
  readonly messages: FeedMessage[] = [];
  /** everything that was received */
  text = '';
  ended = false;
  private unread = '';

  private constructor(private readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (piece: string) => this.take(piece));
    response.on('close', () => (this.ended = true));
    response.on('error', () => undefined);
  }

  static async open(url: string, auctionId: string, options: FeedOptions = {}): Promise<Feed> {
    const { by, lastEventId, query = '' } = options;
    const headers = {
      ...(by ? { cookie: `${SESSION_COOKIE}=${by.token}` } : {}),
      ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }),
    };
    return new Promise((resolve, reject) => {
      get(`${url}/api/v1/auctions/${auctionId}/feed${query}`, { headers, agent: false }, (response) =>
        resolve(new Feed(response)),
      ).on('error', reject);
    });
  }

  get status(): number {
    return this.response.statusCode ?? 0;
  }

  header(name: string): string | undefined {
    return this.response.headers[name]?.toString();
  }

  /** The messages that stand for an event. */
  get events(): FeedMessage[] {
    return this.messages.filter(({ id, kind }) => id !== null && kind !== 'snapshot');
  }

  get ids(): (number | null)[] {
    return this.events.map(({ id }) => id);
  }

  of(kind: string): FeedMessage[] {
    return this.messages.filter((message) => message.kind === kind);
  }

  async until(satisfied: (feed: this) => boolean, limitMillis = 30_000): Promise<void> {
    for (const end = Date.now() + limitMillis; !satisfied(this);) {
      if (Date.now() > end) throw new Error(`never came; last: ${this.text.slice(-2_000)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  close(): void {
    this.response.destroy();
  }

  private take(piece: string): void {
    this.text += piece;
    const blocks = (this.unread + piece).split('\n\n');
    this.unread = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]),
      );
      const [id, data] = [fields.get('id'), fields.get('data')];
      if (data === undefined) continue;
      const kind = fields.get('event') ?? 'message';
      this.messages.push({
        id: id === undefined ? null : Number(id),
        kind,
        data: JSON.parse(data) as FeedMessage['data'],
      });
    }
  }
}
