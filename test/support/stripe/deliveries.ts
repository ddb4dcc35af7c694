/** How events are told of: signed as Stripe does, at once or when a test says so, and as badly as it says. */
import { createHmac } from 'node:crypto';
import type { ModelEvent } from './store.js';

export interface Endpoint {
  readonly url: string;
  readonly secret: string;
  /** for events of connected accounts, which have an endpoint of their own at Stripe; by default the same */
  readonly connectSecret?: string;
}

export interface Manner {
  readonly seed: number;
  /** each is sent so often */
  readonly copies?: number;
  /** this share of what would be sent is lost */
  readonly drop?: number;
  /** this share is kept for the next time */
  readonly late?: number;
  /** so many are on their way at once */
  readonly atOnce?: number;
}

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const all = [...items];
  for (let place = all.length - 1; place > 0; place -= 1) {
    const other = Math.floor(random() * (place + 1));
    const [a, b] = [all[place], all[other]] as [T, T];
    all[place] = b;
    all[other] = a;
  }
  return all;
}

/** The header by which Stripe signs a body. @param at seconds since 1970 */
export function signature(body: string, secret: string, at = Math.floor(Date.now() / 1_000)): string {
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;
}

export class Deliveries {
  /** where to; nobody is told before it is set */
  endpoint: Endpoint | null = null;
  /** tells each event as soon as it happens; otherwise `deliver` does */
  automatic = false;
  /** all that has happened, the first first */
  readonly announced: ModelEvent[] = [];
  private waiting: ModelEvent[] = [];
  private readonly underWay = new Set<Promise<unknown>>();

  announce(event: ModelEvent): void {
    this.announced.push(event);
    this.waiting.push(event);
    if (!this.automatic || this.endpoint === null) return;
    const work: Promise<unknown> = new Promise((resolve) => {
      setImmediate(resolve);
    })
      .then(() => this.deliver({ seed: 1 }))
      .catch(() => undefined)
      .finally(() => this.underWay.delete(work));
    this.underWay.add(work);
  }

  /** Resolves when nothing is on its way. */
  async idle(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  /** What has happened and nobody was told of yet. */
  get untold(): readonly ModelEvent[] {
    return this.waiting;
  }

  /** Forgets what nobody was told of: an outage that lasted longer than Stripe tries. */
  lose(): ModelEvent[] {
    return this.waiting.splice(0);
  }

  /** Tells what waits, in an order that follows from the seed. What is not taken waits on. @returns the statuses */
  async deliver({ seed, copies = 1, drop = 0, late = 0, atOnce = 1 }: Manner): Promise<number[]> {
    const random = randomOf(seed);
    const taken = this.waiting.splice(0);
    const held: ModelEvent[] = [];
    const sent: ModelEvent[] = [];
    for (const event of taken) {
      if (random() < late) held.push(event);
      else for (let copy = 0; copy < copies; copy += 1) if (random() >= drop) sent.push(event);
    }
    this.waiting.push(...held);
    const order = copies === 1 && drop === 0 && late === 0 && this.automatic ? sent : shuffled(sent, random);
    const statuses: number[] = [];
    const next = async (): Promise<void> => {
      for (let event = order.shift(); event !== undefined; event = order.shift()) {
        const status = await this.send(event);
        statuses.push(status);
        if (status >= 300 && !this.waiting.includes(event)) this.waiting.push(event);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, next));
    return statuses;
  }

  /** Tells one event. @returns the status, 0 when nobody answered */
  async send(event: ModelEvent): Promise<number> {
    const { endpoint } = this;
    if (endpoint === null) return 0;
    const body = JSON.stringify(event, null, 2);
    const secret = event.account === undefined ? endpoint.secret : (endpoint.connectSecret ?? endpoint.secret);
    const headers = { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature(body, secret) };
    try {
      return (await fetch(endpoint.url, { method: 'POST', headers, body })).status;
    } catch {
      return 0;
    }
  }
}
