import { canonicalJson } from '../../src/kernel/canonical.js';
import { verifyLog, type Verdict } from '../../src/auctions/rules/verify.js';
import type { AuctionSettings } from '../../src/tenders/rules/auction-settings.js';
import { has } from './cheating.js';
import { play, type Solve, startSolving } from './play.js';
import { EVERYTHING, isSigned, makeKeys, type Played, sha256, writtenText } from './played-log.js';

const SHORT: Partial<AuctionSettings> = {
  durationSeconds: 600,
  softCloseSeconds: 120,
  extensionSeconds: 120,
  maxExtensionSeconds: 300,
};
const keys = makeKeys();
let solve: Solve;

beforeAll(async () => (solve = await startSolving()));

function verified(log: Played, telling = EVERYTHING): Promise<Verdict> {
  return verifyText(writtenText(log, keys, telling));
}

function verifyText(text: string, allowedKey?: string): Promise<Verdict> {
  return verifyLog(text, { hashOf: sha256, isSigned, solve, ...(allowedKey === undefined ? {} : { allowedKey }) });
}

/** The first auction, by its seed, in which all this happens. */
async function eventful(wanted: (log: Played) => boolean): Promise<Played> {
  for (let seed = 0; seed < 60; seed += 1) {
    const log = await play({ seed, moves: 6, settings: SHORT }, solve);
    if (wanted(log)) return log;
  }
  throw new Error('no auction was eventful enough');
}

const SEEDS = Array.from({ length: 10 }, (_, seed) => seed + 1);
const FORMATS: readonly (readonly [string, Partial<AuctionSettings>])[] = [
  ['live', SHORT],
  ['live with the leading total', { ...SHORT, feedback: 'rank-and-total' }],
  ['in rounds', { format: 'rounds' }],
  ['sealed', { format: 'sealed' }],
  ['live with too few bidders, whose sealed bids stand', { minBidders: 5 }],
];

describe('The log of an auction that keeps the rules', () => {
  it.each(FORMATS)('is valid: %s', async (_name, settings) => {
    for (const seed of SEEDS) {
      const log = await play({ seed, moves: settings.format === 'rounds' ? 2 : 6, settings }, solve);
      const verdict = await verified(log);
      expect([seed, verdict.fault]).toEqual([seed, null]);
      const result = log.drafts.findLast((draft) => draft.kind === 'standing');
      const { totalMinor, awards } = result?.content ?? { awards: [] };
      expect(verdict).toMatchObject({ status: 'valid', events: log.drafts.length, totalMinor });
      expect(verdict.winners.map(({ alias, costMinor }) => [alias, costMinor])).toEqual(
        awards.map(({ bid, costMinor }) => [bid, costMinor]),
      );
      expect(verdict.bids).toBe(log.drafts.filter(({ kind }) => kind === 'bid').length);
      expect(verdict.extensions).toBe(log.drafts.filter(({ kind }) => kind === 'extended').length);
    }
  });

  it('is valid when the tender failed for want of bidders, and when it is for practice', async () => {
    const settings = { minBidders: 3, belowMinimum: 'fail' } as const;
    const failed = await play({ seed: 1, bidders: 2, settings }, solve);
    expect(await verified(failed)).toMatchObject({ status: 'valid', fault: null, winners: [], totalMinor: null });
    const practice = await play({ seed: 1, bidders: 2, settings, practice: true }, solve);
    expect(await verified(practice)).toMatchObject({ status: 'valid', fault: null });
  });

  it('is valid when nobody bid', async () => {
    const verdict = await verified(await play({ seed: 1, bidders: 0, settings: { format: 'sealed' } }, solve));
    expect(verdict).toMatchObject({ status: 'valid', fault: null, winners: [], totalMinor: null });
  });

  it('is valid when it was cancelled', async () => {
    const log = await play({ seed: 3, moves: 6, settings: SHORT }, solve);
    const [opened, standing] = log.drafts;
    if (!opened || !standing) throw new Error('nothing happened');
    const cancelled = { kind: 'cancelled', body: {}, at: standing.at } as const;
    const verdict = await verified({ ...log, drafts: [opened, standing, cancelled] });
    expect(verdict).toMatchObject({ status: 'valid', events: 3, winners: [], totalMinor: null });
  });

  it('names the winners', async () => {
    const verdict = await verified(await play({ seed: 2, settings: { format: 'sealed' } }, solve));
    const [winner] = verdict.winners;
    expect(winner).toMatchObject({ provider: `provider ${winner?.alias}`, name: `Firma ${winner?.alias} né` });
  });
});

describe('What is not disclosed', () => {
  const told = async (telling: Parameters<typeof verified>[1]): Promise<Verdict> => {
    const log = await eventful((each) => has(each, 'extended', 'bid') && eachWins(each) < 3);
    return verified(log, telling);
  };
  const eachWins = ({ drafts }: Played): number =>
    drafts.findLast((draft) => draft.kind === 'standing')?.content?.awards.length ?? 0;

  it('is said not to be checked: tariffs of losers', async () => {
    const verdict = await told({ disclosure: 'winners', told: true });
    expect(verdict).toMatchObject({ status: 'valid', fault: null });
    expect(verdict.totalMinor).not.toBeNull();
    expect(verdict.notChecked).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^not checked: the tariff of B0\d, which is not disclosed \(of event 1/),
        expect.stringMatching(/^not checked: that no allocation is cheaper, and the ranks \(of event \d+\)$/),
        expect.stringMatching(/^not checked: whether the winners changed/),
      ]),
    );
  });

  it('is said not to be checked: all tariffs', async () => {
    const verdict = await told({ disclosure: 'none', told: true });
    expect(verdict).toMatchObject({ status: 'valid', fault: null });
    expect(verdict.winners).not.toEqual([]);
    expect(verdict.notChecked.join('\n')).toContain('not checked: what the awards cost');
  });

  it('is said not to be checked: what was asked for, and with it the result', async () => {
    const verdict = await told({ disclosure: 'all', told: false });
    expect(verdict).toMatchObject({ status: 'valid', fault: null, winners: [], totalMinor: null });
    expect(verdict.notChecked.join('\n')).toContain('what was asked for and who takes part (of event 1)');
  });

  it('is little of a file in which everything is told', async () => {
    const verdict = await verified(await play({ seed: 1, settings: { format: 'sealed' } }, solve));
    expect(verdict.notChecked).toEqual([]);
  });

  it('does not tell what the losers bid', async () => {
    const log = await eventful((each) => eachWins(each) < 3);
    const winners = log.drafts.findLast((draft) => draft.kind === 'standing')?.content?.awards.map(({ bid }) => bid);
    const text = writtenText(log, keys, { disclosure: 'winners', told: true });
    for (const [key, { bands }] of log.tariffs) {
      const isWinner = winners?.includes(key.split(' ')[0] ?? '') === true;
      expect([key, text.includes(canonicalJson(bands))]).toEqual([key, isWinner]);
    }
  });
});

describe('A changed file', () => {
  it('is found wherever one character is changed, at the event that it changes or before', async () => {
    const log = await eventful((each) => has(each, 'extended', 'paused', 'proxy', 'bid') && each.drafts.length < 22);
    const text = writtenText(log, keys);
    const ranges = eventRanges(text);
    const every = Math.floor(text.length / 400);
    for (let position = 0; position < text.length; position += every) {
      const character = position % 5 === 0 && text[position] !== ' ' ? ' ' : swapped(text[position] ?? '');
      const verdict = await verifyText(text.slice(0, position) + character + text.slice(position + 1));
      expect([position, verdict.status]).not.toEqual([position, 'valid']);
      const event = ranges.findIndex(([from, until]) => position >= from && position < until);
      if (verdict.status === 'invalid' && event >= 0) {
        expect([position, verdict.fault?.sequence]).toEqual([position, event + 1]);
      }
    }
  });

  it('is found when a character is left out or put in, also where JSON does not mind', async () => {
    const text = writtenText(await play({ seed: 1, settings: { format: 'sealed' } }, solve), keys);
    for (const other of [` ${text}`, `${text}\n`, text.replace('"events":', '"events": '), text.replace(',"', ', "')]) {
      expect(await verifyText(other)).toMatchObject({ status: 'invalid', fault: { sequence: null, kind: 'file' } });
    }
    expect(await verifyText(text.replace('"body":', '"body":{},"body":'))).not.toMatchObject({ status: 'valid' });
    expect(await verifyText(text.replace('né', 'n\\u00e9'))).toMatchObject({
      status: 'invalid',
      fault: { kind: 'file' },
    });
  });

  it('is found when what is disclosed was left out of it', async () => {
    const text = writtenText(await play({ seed: 1, settings: { format: 'sealed' } }, solve), keys);
    const file = JSON.parse(text) as { tariffs: Record<string, unknown>; contents: Record<string, unknown> };
    const [commitment = ''] = Object.keys(file.tariffs);
    const { [commitment]: _left, ...tariffs } = file.tariffs;
    const { '1': _opened, ...contents } = file.contents;
    for (const other of [
      { ...file, tariffs },
      { ...file, contents },
    ]) {
      const verdict = await verifyText(canonicalJson(other));
      expect(verdict).toMatchObject({ status: 'invalid', fault: { kind: 'closed' } });
      expect(verdict.fault?.reason).toContain('seal');
    }
  });

  it('is found when it is signed by somebody else', async () => {
    const text = writtenText(await play({ seed: 1, settings: { format: 'sealed' } }, solve), keys);
    expect(await verifyText(text, keys.publicKey)).toMatchObject({ status: 'valid' });
    const verdict = await verifyText(text, makeKeys().publicKey);
    expect(verdict).toMatchObject({ status: 'invalid', fault: { sequence: null, kind: 'file' } });
  });

  it('is no log at all when it is not JSON of this format', async () => {
    const texts = ['', 'text', '[]', 'null', '{}', '{"format":"another/1"}', '{"a":1e999}', '['.repeat(50_000)];
    for (const text of texts) {
      expect(await verifyText(text)).toMatchObject({ status: 'unreadable', events: 0, fault: { kind: 'file' } });
    }
  });

  it('is not believed, whatever its members are', async () => {
    const file = JSON.parse(
      writtenText(await play({ seed: 1, settings: { format: 'sealed' } }, solve), keys),
    ) as object;
    for (const odd of [null, [], 'text', [null], [{ kind: 'opened' }], [{ kind: '__proto__' }], { a: null }]) {
      for (const member of Object.keys(file).filter((key) => key !== 'format')) {
        const verdict = await verifyText(canonicalJson({ ...file, [member]: odd }));
        expect([member, verdict.status]).toEqual([member, 'invalid']);
      }
    }
  });
});

/** Where each event is in the text. */
function eventRanges(text: string): (readonly [from: number, until: number])[] {
  const { events } = JSON.parse(text) as { events: unknown[] };
  let from = text.indexOf('"events":[') + '"events":['.length;
  return events.map((event) => {
    const until = from + canonicalJson(event).length;
    const range = [from, until] as const;
    from = until + 1;
    return range;
  });
}

/** Another character of the same kind, so that most changes leave the file JSON. */
function swapped(character: string): string {
  if (/\d/.test(character)) return String((Number(character) + 1) % 10);
  if (/[a-z]/i.test(character)) return character === 'a' ? 'b' : 'a';
  return character === '_' ? '-' : '_';
}
