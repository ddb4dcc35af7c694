/** A pool that people made, joined and let lock: the ground of everything from the tender on. */
import type { Someone, System } from './system.js';

/** Lines of one tier that one member wants at one site. */
export interface WantedLines {
  readonly region: string;
  readonly tier: string;
  readonly quantity: number;
  /** 'firm' unless said otherwise; firm lines need a ceiling */
  readonly commitment?: 'firm' | 'interest';
  /** minor units a month */
  readonly ceiling?: number;
  readonly present?: number;
  /** minor units, once, for all these lines */
  readonly exitFee?: number;
  /** lines with the same name belong to the same member; by default each has a member of its own */
  readonly member?: string;
}

export interface LockedPoolOptions {
  readonly title?: string;
  readonly regions?: readonly string[];
  /** open-market price by tier, minor units a month */
  readonly tiers?: Readonly<Record<string, number>>;
  readonly lines?: readonly WantedLines[];
  readonly termMonths?: number;
  readonly currency?: string;
  /** the indicative schedule; by default one band at the open-market prices */
  readonly bands?: readonly { readonly from: number; readonly monthly: Readonly<Record<string, number>> }[];
}

export interface LockedPoolMade {
  readonly poolId: string;
  /** manager of the association that sponsors it */
  readonly sponsor: Someone;
  /** by name, or by the index of their lines */
  readonly members: ReadonlyMap<string, Someone>;
  /** ids of the pledges in the order of the lines */
  readonly pledgeIds: readonly string[];
  readonly regions: readonly string[];
  readonly tiers: readonly string[];
}

export const TIERS: Readonly<Record<string, number>> = { basic: 30_000, fast: 50_000 };

/** 36 lines: 18 in the north, 18 in the south; 26 firm, 10 of interest. */
export const LINES: readonly WantedLines[] = [
  { region: 'north', tier: 'basic', quantity: 12, ceiling: 29_000, present: 33_000 },
  { region: 'north', tier: 'fast', quantity: 6, ceiling: 48_000, present: 55_000, exitFee: 60_000 },
  { region: 'south', tier: 'basic', quantity: 10, commitment: 'interest', present: 31_000 },
  { region: 'south', tier: 'fast', quantity: 8, ceiling: 47_000 },
];

/** Makes catalogue rows, a pool, its members and pledges, and lets the joining period pass. */
export async function lockedPool(system: System, options: LockedPoolOptions = {}): Promise<LockedPoolMade> {
  const { tiers = TIERS, lines = LINES, termMonths = 24, currency = 'KRW', title = 'Fibre together' } = options;
  const regions = options.regions ?? [...new Set(lines.map(({ region }) => region))];
  const { bands = [{ from: 1, monthly: tiers }] } = options;
  await inCatalogue(system, regions, Object.keys(tiers));

  const sponsor = await system.someone('manager');
  const joiningEndsAt = new Date((await system.now()).getTime() + 86_400_000);
  const pool = await sponsor
    .post('/api/v1/pools', {
      title,
      joiningEndsAt: joiningEndsAt.toISOString(),
      criticalMass: 1,
      termMonths,
      currency,
      regions,
      tiers: Object.entries(tiers).map(([tierCode, openMarketMonthly]) => ({ tierCode, openMarketMonthly })),
      bands,
    })
    .expect(201);
  const { id: poolId } = pool.body as { id: string };
  await sponsor.post(`/api/v1/pools/${poolId}/open`).expect((answer) => expect(answer.status).toBeLessThan(300));

  const members = new Map<string, Someone>();
  const pledgeIds: string[] = [];
  for (const [index, wanted] of lines.entries()) {
    const name = wanted.member ?? String(index);
    const member = members.get(name) ?? (await system.someone('owner'));
    members.set(name, member);
    const pledge = await member
      .post(`/api/v1/pools/${poolId}/pledges`, {
        site: { reference: `site ${index}`, name: `Shop ${index}`, regionCode: wanted.region },
        commitment: wanted.commitment ?? 'firm',
        lines: [
          {
            tierCode: wanted.tier,
            quantity: wanted.quantity,
            ...(wanted.ceiling === undefined ? {} : { ceilingMonthly: wanted.ceiling }),
            ...(wanted.present === undefined ? {} : { presentMonthly: wanted.present }),
            ...(wanted.exitFee === undefined ? {} : { exitFee: wanted.exitFee }),
          },
        ],
      })
      .expect(201);
    pledgeIds.push((pledge.body as { id: string }).id);
  }

  await system.passTo(joiningEndsAt);
  await system.eventually(
    () => sponsor.get(`/api/v1/pools/${poolId}`),
    ({ body }) => (body as { state: string }).state === 'locked',
  );
  return { poolId, sponsor, members, pledgeIds, regions, tiers: Object.keys(tiers) };
}

async function inCatalogue(system: System, regions: readonly string[], tiers: readonly string[]): Promise<void> {
  await system.source.query(
    'insert into region (code, name) select code, initcap(code) from unnest($1::text[]) as code on conflict do nothing',
    [regions],
  );
  await system.source.query(
    `insert into service_tier (code, name, down_mbps, up_mbps, repair_hours)
     select code, initcap(code), 100, 100, 24 from unnest($1::text[]) as code on conflict do nothing`,
    [tiers],
  );
}
