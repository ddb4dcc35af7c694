/** Watches, while bidders bid, when a standing counts what they were given a receipt for. */
import type pg from 'pg';
import { pause } from '../src/platform/patience.js';
import type { Receipt } from './improvements.js';

const LOOK_MILLIS = 50;

interface Seen {
  readonly at: number;
  /** the last event whose tariff the newest standing counts */
  readonly upTo: number;
}

export class StandingsWatch {
  private readonly looks: Seen[] = [];
  private readonly answered = new Map<string, number>();
  private readonly looking: Promise<void>;
  private over = false;

  constructor(
    private readonly pool: pg.Pool,
    private readonly auctionId: string,
  ) {
    this.looking = this.look();
  }

  /** Notes that a bidder has its receipt now. */
  note({ alias, revision }: Receipt): void {
    this.answered.set(`${alias} ${revision}`, performance.now());
  }

  /** To be called when everything is reckoned. @returns milliseconds from each receipt until a standing counted it */
  async end(): Promise<number[]> {
    this.over = true;
    await this.looking;
    this.looks.push(await this.newest());
    const { rows } = await this.pool.query<{ alias: string; revision: number; sequence: number }>(
      'select alias, revision, sequence::int from auction_tariff where auction_id = $1',
      [this.auctionId],
    );
    return rows.flatMap(({ alias, revision, sequence }) => {
      const answered = this.answered.get(`${alias} ${revision}`);
      const counted = this.looks.find(({ upTo }) => upTo >= sequence);
      return answered === undefined || !counted ? [] : [Math.max(0, counted.at - answered)];
    });
  }

  private async look(): Promise<void> {
    while (!this.over) {
      this.looks.push(await this.newest());
      await pause(LOOK_MILLIS);
    }
  }

  private async newest(): Promise<Seen> {
    const { rows } = await this.pool.query<{ up_to: number }>(
      `select coalesce(max((body->>'upTo')::int), 0) as up_to from auction_event
       where auction_id = $1 and kind = 'standing'`,
      [this.auctionId],
    );
    return { at: performance.now(), upTo: rows[0]?.up_to ?? 0 };
  }
}
