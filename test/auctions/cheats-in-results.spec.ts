import type { BidAward, Problem } from '../../src/allocation/rules/problem.js';
import { auctionProblem } from '../../src/auctions/rules/auction-problem.js';
import type { AuctionContent } from '../../src/auctions/rules/events.js';
import { verifyLog, type Verdict } from '../../src/auctions/rules/verify.js';
import type { Tariff } from '../../src/pricing/rules/tariff.js';
import {
  altered,
  at,
  alter,
  bodyOf,
  type Cheat,
  contentOf,
  event,
  expectFound,
  inserted,
  lastAt,
  playAll,
  textOf,
  timeOf,
  without,
} from './cheating.js';
import { type Solve, startSolving } from './play.js';
import { isSigned, makeKeys, type Played, sha256, writtenText } from './played-log.js';

let [live, sealed] = [{} as Played, {} as Played];
let solve: Solve;

beforeAll(async () => {
  solve = await startSolving();
  ({ live, sealed } = await playAll(solve));
});

const personBid = (): number => at(live, 'bid', ({ by }) => by === 'person');
const change = (): number => at(live, 'standing', (_body, i) => i > at(live, 'began'));

/** With another tariff in place of an improvement. */
function priced(of: Played, changed: (last: Tariff) => Tariff): Cheat {
  const index = at(of, 'bid', ({ revision }) => revision === 1);
  const alias = textOf(of, index, 'alias');
  const last = of.tariffs.get(`${alias} 0`);
  if (!last) throw new Error('nothing was opened');
  return { played: { ...of, tariffs: new Map(of.tariffs).set(`${alias} 1`, changed(last)) }, sequence: index + 1 };
}

function monthly(tariff: Tariff, changed: (price: bigint, tier: string) => bigint): Tariff {
  const bands = tariff.bands.map((band) => ({
    ...band,
    monthly: Object.fromEntries(Object.entries(band.monthly).map(([tier, price]) => [tier, changed(price, tier)])),
  }));
  return { ...tariff, bands };
}

/** The problem of the opened tariffs. */
function openedProblem({ drafts, tariffs }: Played): Problem {
  const [opened] = drafts;
  if (opened?.kind !== 'opened') throw new Error('nothing was opened');
  const { problem } = opened.content as AuctionContent;
  const standing = opened.body.entries.map(({ alias, receivedAt }) => {
    return { alias, receivedAt: new Date(receivedAt), tariff: tariffs.get(`${alias} 0`) as Tariff };
  });
  return auctionProblem(problem, standing);
}

/** The sealed auction with three equal tariffs: the third one bid first, so that it ranks before the others and wins. */
function allEqual(): Played {
  const same = new Map([...sealed.tariffs.keys()].map((key) => [key, sealed.tariffs.get('B01 0') as Tariff]));
  return { ...sealed, tariffs: same };
}

const RANKS = { B01: 3, B02: 2, B03: 1 };

/** What the first of them wins for the last of them, which costs as much. */
function exchanged(awards: readonly BidAward[]): BidAward[] {
  return awards.map((award) => ({
    ...award,
    bid: award.bid === 'B03' ? 'B01' : award.bid === 'B01' ? 'B03' : award.bid,
  }));
}

const CHEATS: readonly (readonly [string, RegExp, () => Cheat | Promise<Cheat>])[] = [
  ['an improvement of nobody', /There is no participant B09/, () => alter(live, personBid(), { alias: 'B09' })],
  [
    'a revision left out',
    /Revision 1 of/,
    () =>
      alter(
        live,
        at(live, 'bid', ({ revision }) => revision === 1),
        { revision: 2 },
      ),
  ],
  ['a receipt that is not signed', /Its receipt is not signed/, () => alter(live, personBid(), { signature: 'AAAA' })],
  [
    'a sealed bid without its receipt',
    /The receipt of B01's sealed bid/,
    () => {
      const entries = (bodyOf(live, 0)['entries'] as object[]).map((entry) => ({
        ...entry,
        signature: 'AAAA',
      }));
      return alter(live, 0, { entries });
    },
  ],
  [
    'a tariff that is dearer somewhere',
    /nowhere dearer/,
    () => priced(live, (last) => monthly(last, (price, tier) => (tier === 'basic' ? price / 2n : price + 1n))),
  ],
  [
    'a tariff that improves too little',
    /lowers your evaluated cost by/,
    () => priced(live, (last) => monthly(last, (price) => price - 1n)),
  ],
  [
    'a tariff that covers less',
    /offers at least/,
    () =>
      priced(live, ({ bands, lots: { north, west } }) => ({ bands, lots: { north: north ?? {}, west: west ?? {} } })),
  ],
  ['a tariff that is none', /The tariff of B0\d is none/, () => priced(live, (last) => monthly(last, () => -1n))],
  [
    'a change of winners that is denied',
    /says that nothing changed/,
    () =>
      alter(
        live,
        at(live, 'standing', ({ changed }) => changed),
        { changed: false },
      ),
  ],
  [
    'a change of winners that is invented',
    /says that this changed/,
    () => alter(live, at(live, 'standing'), { changed: true }),
  ],
  ['a leading total that is another one', /tells a leading total/, () => alter(live, change(), { totalMinor: 1n })],
  ['a leading total where none is told', /is not told in this tender/, () => alter(sealed, 1, { totalMinor: 1n })],
  [
    'a standing that leaves an improvement out',
    /The .*(cheapest|prefers|rule|cost|ranks).*/,
    () => {
      const index = lastAt(live, 'standing');
      const upTo = live.drafts.findLastIndex((draft, i) => draft.kind === 'bid' && i < index) + 1;
      const earlier = live.drafts.findLastIndex((draft, i) => draft.kind === 'standing' && i < index);
      return {
        played: altered(
          live,
          index,
          { ...bodyOf(live, earlier), upTo, changed: false },
          { content: contentOf(live, earlier) },
        ),
        sequence: index + 1,
      };
    },
  ],
  ['a standing of what did not happen yet', /did not happen yet/, () => alter(live, change(), { upTo: change() + 1 })],
  [
    'a standing twice',
    /takes in as much/,
    () => {
      const index = at(sealed, 'closed');
      const again = sealed.drafts[index - 1];
      if (again?.kind !== 'standing') throw new Error('no standing before the end');
      return { played: inserted(sealed, index, again), sequence: index + 1 };
    },
  ],
  [
    'ranks that are others',
    /The ranks are/,
    () => {
      const content = contentOf(sealed, 1);
      const ranks = Object.fromEntries(Object.entries(content.ranks).map(([alias, rank]) => [alias, 4 - rank]));
      return alter(sealed, 1, {}, { content: { ...content, ranks } });
    },
  ],
  [
    'an award that costs less than it does',
    /The awards break a rule/,
    () => {
      const content = contentOf(sealed, 1);
      const awards = content.awards.map((award, i) =>
        i === 0 ? { ...award, costMinor: award.costMinor - 1n } : award,
      );
      return alter(sealed, 1, {}, { content: { ...content, awards } });
    },
  ],
  [
    'a total that is not the sum',
    /The awards cost/,
    () => {
      const content = contentOf(sealed, 1);
      return alter(sealed, 1, {}, { content: { ...content, totalMinor: (content.totalMinor ?? 0n) - 1n } });
    },
  ],
  [
    'a winner that is not the cheapest',
    /The cheapest allocation costs/,
    async () => {
      const content = contentOf(sealed, 1);
      const problem = openedProblem(sealed);
      const exclude = content.awards.slice(0, 1).map(({ bid }) => bid);
      const { totalMinor, boundMinor, awards } = await solve({ ...problem, rules: { ...problem.rules, exclude } });
      return alter(sealed, 1, {}, { content: { ...content, totalMinor, boundMinor, awards } });
    },
  ],
  [
    'the later of two equal tariffs',
    /another one prefers the earlier tariffs/,
    async () => {
      const equal = allEqual();
      const { status, totalMinor, boundMinor, awards } = await solve(openedProblem(equal));
      const content = { status, totalMinor, boundMinor, awards: exchanged(awards), ranks: RANKS };
      return alter(equal, 1, {}, { content });
    },
  ],
  [
    'a result that is an earlier standing',
    /The last standing is/,
    () => alter(live, lastAt(live, 'closed'), { standing: 2 }),
  ],
  [
    'a result without the last improvement',
    /there is a later one/,
    () => {
      const index = lastAt(live, 'standing');
      const cut = without(live, index);
      const closing = lastAt(cut, 'closed');
      const earlier = lastAt(cut, 'standing') + 1;
      return { played: altered(cut, closing, { standing: earlier }), sequence: closing + 1 };
    },
  ],
  [
    'participants that did not bid',
    /The participants are not those/,
    () => {
      const content = sealed.drafts[0]?.content as unknown as { participants: object[] };
      const participants = [...content.participants, { alias: 'B09', provider: 'p', name: 'n' }];
      return alter(sealed, 0, {}, { content: { ...content, participants } });
    },
  ],
  [
    'a proxy of nobody',
    /There is no participant B09/,
    () => {
      const proxy = event('proxy', timeOf(sealed, 0), { alias: 'B09', commitment: null });
      return { played: inserted(sealed, 1, proxy), sequence: 2 };
    },
  ],
  [
    'a member that nobody knows',
    /nothing that is known here/,
    () => alter(sealed, at(sealed, 'closed'), { besides: 1 }),
  ],
];

describe('A cheat with bids and results, by who has the key', () => {
  it.each(CHEATS)('is found out: %s', async (_name, reason, cheat) => {
    await expectFound(await cheat(), reason, solve);
  });
});

describe('a search that left open which of equal costs prefers the earlier tariffs', () => {
  async function verdict(left: (known: readonly BidAward[]) => boolean): Promise<Verdict> {
    const equal = allEqual();
    const { status, totalMinor, boundMinor, awards } = await solve(openedProblem(equal));
    const { played } = alter(equal, 1, {}, { content: { status, totalMinor, boundMinor, awards, ranks: RANKS } });
    const closed = event('closed', timeOf(played, 1), { standing: 2 });
    const log = { ...played, drafts: [...played.drafts.slice(0, 2), closed] };
    const open: Solve = async (problem, known = []) => {
      const result = await solve(problem);
      return left(known) ? { ...result, awards: exchanged(result.awards) } : result;
    };
    return verifyLog(writtenText(log, makeKeys()), { hashOf: sha256, isSigned, solve: open });
  }

  test('accuses nobody when it began with the published awards: it is searched once more without them', async () => {
    expect(await verdict((known) => known.length > 0)).toMatchObject({ status: 'valid', fault: null, notChecked: [] });
  });

  test('accuses nobody without them either, and says that this is not checked', async () => {
    expect(await verdict(() => true)).toMatchObject({
      status: 'valid',
      notChecked: [
        'not checked: that of the cheapest allocations no other one prefers the earlier tariffs (of event 2)',
      ],
    });
  });
});

it('whoever says that time was too short to find the cheapest allocation is not believed without a word', async () => {
  const content = contentOf(sealed, 1);
  const problem = openedProblem(sealed);
  const exclude = content.awards.slice(0, 1).map(({ bid }) => bid);
  const dearer = await solve({ ...problem, rules: { ...problem.rules, exclude } });
  const said = async (others: object): Promise<readonly string[]> => {
    const { played } = alter(sealed, 1, {}, { content: { ...content, ...others } });
    const closed = event('closed', timeOf(played, 1), { standing: 2 });
    const log = { ...played, drafts: [...played.drafts.slice(0, 2), closed] };
    const { status, notChecked } = await verifyLog(writtenText(log, makeKeys()), { hashOf: sha256, isSigned, solve });
    expect(status).toBe('valid');
    return notChecked;
  };
  const { totalMinor, awards } = dearer;
  const found = `why the allocation that costs ${content.totalMinor} was not found, for which time is said to have been too short`;
  const sentence = `not checked: ${found} (of event 2)`;
  expect(await said({ status: 'feasible', totalMinor, awards, boundMinor: 0n })).toEqual([sentence]);
  expect(await said({ status: 'unknown', totalMinor: null, awards: [], boundMinor: null })).toEqual([sentence]);
  expect(await said({ status: 'feasible', boundMinor: 0n })).toEqual([
    'not checked: that no allocation is cheaper, which was not proved within the time for it (of event 2)',
  ]);
});
