/** First act: the catalogue, a pool, members joining, the lock. */
import { type Play, days, passTo, until } from './play.js';

export interface PoolAnswer {
  readonly id: string;
  readonly state: string;
  readonly version: number;
  readonly joiningEndsAt: string;
  readonly linesSoFar: { readonly firm: number; readonly interest: number; readonly total: number };
}

interface ImportAnswer {
  readonly added: number;
  readonly changed: number;
  readonly same: number;
}

/** Volume at which the indicative schedule falls, as shares of what the association expects, and the discount there. */
const INDICATIVE = [
  [0, 0],
  [0.1, 8],
  [0.4, 18],
  [0.8, 26],
] as const;

export async function catalogue(play: Play): Promise<void> {
  const { officer } = play.cast;
  const { input, story } = play;
  await officer.postCsv(
    '/api/v1/regions/import',
    () => once(input.regionsCsv),
    'demo-regions',
    () => {},
  );
  await officer.postCsv(
    '/api/v1/tiers/import',
    () => once(input.tiersCsv),
    'demo-tiers',
    () => {},
  );
  story.say(
    `The agency lists ${input.survey.sites.size} regions and ${input.tiers.length} service tiers: ` +
      `${input.tiers.map((tier) => `${tier.name} (${tier.downMbps} Mbps)`).join(', ')}.`,
  );
}

async function* once(text: string): AsyncIterable<string> {
  yield text;
}

export async function openPool(play: Play): Promise<string> {
  const { association } = play.cast;
  const { input, story } = play;
  const expected = input.survey.lines;
  // In a small pool several of them begin at the same line, and the first one stands for all.
  const bands = INDICATIVE.map(([share, percent]) => ({
    from: Math.max(1, Math.round(share * expected)),
    monthly: Object.fromEntries(
      input.tiers.map(({ code }) => [code, Math.round(((input.openMarket[code] ?? 0) * (100 - percent)) / 100)]),
    ),
  }));
  const draft = await association.post<PoolAnswer>(
    '/api/v1/pools',
    {
      title: input.title,
      currency: input.currency,
      termMonths: input.termMonths,
      regions: [...input.survey.sites.keys()],
      tiers: input.tiers.map(({ code }) => ({ tierCode: code, openMarketMonthly: input.openMarket[code] })),
      bands: bands.filter(({ from }, index) => index === 0 || from > (bands[index - 1]?.from ?? 0)),
      criticalMass: Math.max(1, Math.round(expected * 0.5)),
      joiningEndsAt: new Date(play.begunAt.getTime() + days(60)).toISOString(),
    },
    'demo-pool',
  );
  await association.post(`/api/v1/pools/${draft.id}/open`, {}, 'demo-pool-open');
  story.say(
    `The chamber opens a pool, "${input.title}": ${input.termMonths} months, critical mass ` +
      `${story.count(Math.round(expected * 0.5))} lines. On its own a business pays, a month: ` +
      `${input.tiers.map(({ code, name }) => `${name} ${story.money(input.openMarket[code] ?? 0)}`).join(', ')}.`,
  );
  return draft.id;
}

export async function join(play: Play, poolId: string): Promise<void> {
  const { association } = play.cast;
  const { input, story } = play;
  story.say(
    `${story.count(input.survey.businesses)} businesses want ${story.count(input.survey.lines)} lines. The chamber holds ` +
      'their written consent and imports its list as a spreadsheet.',
  );
  const bar = story.progress('sending', input.linesBytes, 'bytes');
  let sent: () => void = () => {};
  const whole = new Promise<void>((resolve) => {
    sent = resolve;
  });
  const importing = association.postCsv<ImportAnswer>(
    `/api/v1/pools/${poolId}/import?consent=stated`,
    () => input.linesCsv(),
    'demo-import',
    (bytes) => {
      bar.to(bytes);
      if (bytes >= input.linesBytes) sent();
    },
  );
  await Promise.race([whole, importing]);
  bar.end();
  const answer = await story.waiting('every line is checked, then all of them are pledged at once', importing);
  const pool = await association.get<PoolAnswer>(`/api/v1/pools/${poolId}`);
  story.say(
    `${story.count(answer.added)} pledges added. The pool holds ${story.count(pool.linesSoFar.total)} lines, ` +
      `${story.count(pool.linesSoFar.firm)} of them firm: providers can count on those. Nobody has paid anything.`,
  );
}

export async function lock(play: Play, poolId: string): Promise<PoolAnswer> {
  const { association } = play.cast;
  const { story } = play;
  const { joiningEndsAt } = await association.get<PoolAnswer>(`/api/v1/pools/${poolId}`);
  await passTo(play, joiningEndsAt);
  const pool = await story.waiting(
    'the joining period ends and the pool locks by itself',
    until(
      () => association.get<PoolAnswer>(`/api/v1/pools/${poolId}`),
      (answer) => answer.state !== 'open',
    ),
  );
  if (pool.state !== 'locked') throw new Error(`the pool is ${pool.state}`);
  return pool;
}
