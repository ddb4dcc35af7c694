/** Live auctions of any size on a system that serves them, their bidders written straight into the tables. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { Random } from '../demo/random.js';
import { createApp } from '../src/app.js';
import type { AwardRule } from '../src/allocation/rules/problem.js';
import { AuctionsService } from '../src/auctions/auctions.service.js';
import { receiptText } from '../src/auctions/rules/receipt.js';
import { Sealing } from '../src/auctions/sealing.js';
import { type Actor, systemActor } from '../src/kernel/actor.js';
import { readSettings } from '../src/platform/config/settings.js';
import { type Deed, Deeds } from '../src/platform/deeds/deeds.js';
import { Keys, randomToken, sha256 } from '../src/platform/keys/keys.js';
import { pause } from '../src/platform/patience.js';
import { PoolsJobs } from '../src/pools/pools.jobs.js';
import type { Tariff } from '../src/pricing/rules/tariff.js';
import { TendersService } from '../src/tenders/tenders.service.js';
import { type BenchGround, benchGround, serve, type Served } from './ground.js';
import { bidsFor } from './instances.js';
import { BANDS, type ManyLines, poolOfMany, TIERS } from './many-lines.js';

const LINES = 20_000;
const POLL_MILLIS = 20;
const PATIENCE_MILLIS = 180_000;
/** The bids are well below what a pool's tiers cost, so that no cap is in their way. */
const START = 0.5;
/** Of every amount: a little more than the minimum step of one percent, as amounts are rounded down. */
const STEP = 0.9895;

export interface Bidder {
  readonly organisationId: string;
  readonly personId: string;
  readonly token: string;
  readonly alias: string;
  /** what it sent last */
  tariff: Tariff;
}

export interface LiveAuctionMade {
  readonly id: string;
  readonly bidders: readonly Bidder[];
}

/** One system with a pool of so many lots; its auctions are played one after the other. */
export class LiveGround {
  private constructor(
    readonly ground: BenchGround,
    /** the system's own rooms, without jobs: for what is not measured */
    readonly app: INestApplicationContext,
    readonly served: Served,
    private readonly many: ManyLines,
  ) {}

  static async begin(lots: number): Promise<LiveGround> {
    const ground = await benchGround();
    ground.pool.on('error', () => undefined);
    const { privateKey } = generateKeyPairSync('ed25519');
    const environment = {
      DATABASE_URL: ground.url,
      PUMASI_LOG: 'error',
      PUMASI_SEALING_KEY: Buffer.alloc(32, 1).toString('base64'),
      PUMASI_SIGNING_KEY: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    };
    const app = await createApp(readSettings({ ...environment, PUMASI_WORKERS: 'off' }));
    await app.init();
    const many = await poolOfMany(ground.pool, LINES, lots);
    const served = await serve('src/main.js', { ...environment, PORT: '0' });
    const live = new LiveGround(ground, app, served, many);
    await live.deed((deed) => live.get(PoolsJobs).endJoining(deed, many.poolId));
    return live;
  }

  /** of the agency that has the pool */
  get officer(): Actor {
    return this.many.officer;
  }

  async end(): Promise<void> {
    await this.served.stop();
    await this.app.close();
    await this.ground.end();
  }

  get<T>(token: abstract new (...args: never[]) => T): T {
    return this.app.get(token, { strict: false });
  }

  /** A live auction that has begun, with its first standing, of so many bidders. It lasts longer than any measurement. */
  async auction(providers: number, seed: number): Promise<LiveAuctionMade> {
    const { pool } = this.ground;
    const { id, bidders } = await this.opened(providers, seed, { format: 'live', durationSeconds: 86_400 });
    await pool.query(`update auction set due_at = app_now() where id = $1 and state = 'waiting'`, [id]);
    await this.until(`select from auction where id = $1 and state = 'live'`, [id]);
    await this.quiet(id);
    const { rows } = await pool.query<{ bidder: string; alias: string }>(
      'select bidder, alias from auction_participant where auction_id = $1',
      [id],
    );
    const aliases = new Map(rows.map(({ bidder, alias }) => [bidder, alias]));
    return { id, bidders: bidders.map((each) => ({ ...each, alias: aliases.get(each.organisationId) ?? '' })) };
  }

  /** The first award of a tender with so many sealed bids, evaluated by the system itself, once nothing is left to do. */
  async award(rule: AwardRule, providers: number, seed: number): Promise<{ id: string; tenderId: string }> {
    const { id: tenderId } = await this.opened(providers, seed, { format: 'sealed' }, rule);
    await this.until(`select from award where tender_id = $1 and state = 'drafted'`, [tenderId]);
    await this.idle();
    const { rows } = await this.ground.pool.query<{ id: string }>('select id from award where tender_id = $1', [
      tenderId,
    ]);
    return { id: rows[0]?.id ?? '', tenderId };
  }

  /** A published tender whose sealed bids have been opened. */
  private async opened(
    providers: number,
    seed: number,
    auction: Readonly<Record<string, string | number>>,
    rule: AwardRule | null = null,
  ): Promise<LiveAuctionMade> {
    const { pool } = this.ground;
    const tenders = this.get(TendersService);
    // The pool's lock drafts a tender by itself; every other one is drafted here.
    const id = await this.draft(tenders);
    await pool.query(
      `update tender set bidding_ends_at = now() + interval '1 day', auction = auction || $2,
         award_rule = coalesce($3, award_rule), max_winners = case when $3 is null then max_winners else $4 end,
         max_share_bp = case when $3 is null then max_share_bp else 6000 end
       where id = $1`,
      [id, auction, rule, Math.max(2, Math.ceil(providers / 2))],
    );
    await tenders.publish(this.many.officer, id);
    await this.until('select from auction where id = $1', [id]);
    const bidders = await this.bids(id, await this.tariffs(id, providers, seed));
    await pool.query(
      `update auction set state = 'closed', deadline = app_now(), closed_at = app_now(), due_at = null where id = $1`,
      [id],
    );
    await this.get(AuctionsService).open(this.many.officer, id);
    return { id, bidders };
  }

  /** Until everything is placed and reckoned. */
  async quiet(id: string): Promise<void> {
    await this.until(
      `select from auction_desk d where id = $1 and not reckoning
         and not exists (select from auction_tariff t where t.auction_id = $1 and t.sequence is null)
         and (select max(sequence) from auction_tariff t where t.auction_id = $1) <=
             (select max((body->>'upTo')::int) from auction_event e where e.auction_id = $1 and kind = 'standing')`,
      [id],
    );
  }

  /** Makes room for the next auction: a pool is put out to tender once at a time. */
  async cancel(id: string): Promise<void> {
    await this.ground.pool.query(
      `update auction set state = 'cancelled', due_at = null where id = $1 and decided_at is null`,
      [id],
    );
    await this.ground.pool.query(`update auction_desk set state = 'idle', due_at = null where id = $1`, [id]);
    await this.ground.pool.query(
      `update tender set state = 'cancelled', cancelled_at = now(), why_cancelled = 'measured' where id = $1`,
      [id],
    );
  }

  private async idle(): Promise<void> {
    await this.until(
      'select from installation where not exists (select from outbox_delivery where handled_at is null)',
      [],
    );
  }

  private async draft(tenders: TendersService): Promise<string> {
    await this.until(`select from outbox_event having count(*) > 0`, []);
    await this.idle();
    const { rows } = await this.ground.pool.query<{ id: string }>(`select id from tender where state = 'draft'`);
    return rows[0]?.id ?? this.deed((deed) => tenders.draftFor(deed, this.many.poolId));
  }

  private deed<T>(work: (deed: Deed) => Promise<T>): Promise<T> {
    return this.get(Deeds).run(systemActor('bench'), 'bench', null, work);
  }

  private async until(query: string, values: unknown[]): Promise<void> {
    for (const end = performance.now() + PATIENCE_MILLIS; performance.now() < end; await pause(POLL_MILLIS)) {
      if (((await this.ground.pool.query(query, values)).rowCount ?? 0) > 0) return;
    }
    throw new Error(`this never came true: ${query}`);
  }

  /** The bids of the benchmark of the winner determination, with prices that fall by volume and never rise. */
  private async tariffs(id: string, providers: number, seed: number): Promise<Tariff[]> {
    const { rows } = await this.ground.pool.query<{ id: string; lines: number }>(
      `select lot_code as id, sum(firm_lines + interest_lines)::int as lines from lot_demand where tender_id = $1
       group by 1 order by 1`,
      [id],
    );
    const total = rows.reduce((sum, { lines }) => sum + lines, 0);
    return bidsFor(new Random(seed), providers, rows, TIERS, total, BANDS).map((bid) => {
      const { bands, lots, capacity, activation } = bid;
      let before = bands[0]?.monthly ?? {};
      const falling = bands.map(({ from, monthly }) => {
        const lowest = Object.entries(monthly).map(([tier, price]) => [tier, least(price, before[tier] ?? price)]);
        before = Object.fromEntries(lowest) as Record<string, bigint>;
        return { from, monthly: before };
      });
      const tariff = { bands: falling, lots, ...(capacity === undefined ? {} : { capacity }) };
      return scaled({ ...tariff, ...(activation === undefined ? {} : { activation }) }, START);
    });
  }

  private async bids(id: string, tariffs: readonly Tariff[]): Promise<Bidder[]> {
    const { pool } = this.ground;
    const bidders = tariffs.map((tariff) => {
      return { organisationId: randomUUID(), personId: randomUUID(), token: randomToken(), alias: '', tariff };
    });
    const [people, organisations] = [bidders.map((each) => each.personId), bidders.map((each) => each.organisationId)];
    await pool.query(
      `insert into organisation (id, kind, name) select id, 'provider', 'P ' || id from unnest($1::uuid[]) id`,
      [organisations],
    );
    await pool.query(
      `insert into person (id, email, name, password_hash) select id, id::text, 'Bidder', '' from unnest($1::uuid[]) id`,
      [people],
    );
    await pool.query(`insert into membership select p, o, 'bidder' from unnest($1::uuid[], $2::uuid[]) t (p, o)`, [
      people,
      organisations,
    ]);
    await pool.query(
      `insert into session (token_hash, person_id, organisation_id, expires_at)
       select h, p, o, now() + interval '1 hour' from unnest($1::text[], $2::uuid[], $3::uuid[]) t (h, p, o)`,
      [bidders.map((each) => sha256(each.token)), people, organisations],
    );
    const [sealing, keys, receivedAt] = [this.get(Sealing), this.get(Keys), new Date()];
    const sealed = bidders.map(({ tariff }) => {
      const bidId = randomUUID();
      const { box, commitment } = sealing.seal(bidId, tariff);
      const signature = keys.sign(receiptText({ bidId, tenderId: id, sequence: 1, commitment, receivedAt }));
      return { bidId, box, commitment, signature };
    });
    await pool.query(
      `insert into sealed_bid (id, auction_id, provider_id, person_id, sequence, received_at, box, commitment,
         receipt_signature, state)
       select id, $1, o, p, 1, $2, box, commitment, signature, 'standing'
       from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::bytea[], $7::text[], $8::text[])
         t (id, o, p, box, commitment, signature)`,
      [
        id,
        receivedAt,
        sealed.map((each) => each.bidId),
        organisations,
        people,
        sealed.map((each) => each.box),
        sealed.map((each) => each.commitment),
        sealed.map((each) => each.signature),
      ],
    );
    return bidders;
  }
}

/** The bidder's next improvement, by a little more than the minimum step. */
export function improved(bidder: Bidder): Tariff {
  bidder.tariff = scaled(bidder.tariff, STEP);
  return bidder.tariff;
}

/** Every amount of a tariff times a factor, rounded down; no price comes to nothing. */
function scaled(tariff: Tariff, factor: number): Tariff {
  const part = (amount: bigint): bigint => BigInt(Math.floor(Number(amount) * factor));
  const { bands, lots, activation, ...rest } = tariff;
  return {
    ...rest,
    bands: bands.map(({ from, monthly }) => {
      const prices = Object.entries(monthly).map(([tier, price]) => [tier, part(price)] as const);
      return { from, monthly: Object.fromEntries(prices) };
    }),
    lots: Object.fromEntries(
      Object.entries(lots).map(([lot, { surcharge = 0n, setup = 0n, ...place }]) => {
        return [lot, { ...place, surcharge: part(surcharge), setup: part(setup) }] as const;
      }),
    ),
    ...(activation === undefined ? {} : { activation: part(activation) }),
  };
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
