/** What the log of an auction discloses of bids with alternatives, and what its verification finds. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AllocationService } from '../../src/allocation/allocation.service.js';
import type { AuctionEvent } from '../../src/auctions/rules/events.js';
import { type LogFile, logText, sealText } from '../../src/auctions/rules/log-file.js';
import { chained, contentText } from '../../src/auctions/rules/log.js';
import { partsText, partText, receiptText, sealedText } from '../../src/auctions/rules/receipt.js';
import { type Verdict, verifyLog } from '../../src/auctions/rules/verify.js';
import { runVerify } from '../../src/auctions/verify.command.js';
import { toJson } from '../../src/kernel/canonical.js';
import { Keys } from '../../src/platform/keys/keys.js';
import { tariffOfJson } from '../../src/pricing/rules/tariff-json.js';
import { awardOf } from '../awards/decided-award.js';
import { openedTender } from '../support/opened-tender.js';
import { type Someone, System } from '../support/system.js';
import { priced, several } from './with-alternatives.js';

let system: System;
let folder: string;
beforeAll(async () => {
  system = await System.start();
  folder = await mkdtemp(join(tmpdir(), 'pumasi-alternatives-'));
});
afterAll(async () => {
  await system.stop();
  await rm(folder, { recursive: true });
});

const dear = priced(29_500, 49_000);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function verified(text: string): Promise<Verdict> {
  const allocation = system.app.get(AllocationService, { strict: false });
  return verifyLog(text, {
    hashOf: sha256,
    isSigned: (signed, signature, key) =>
      verify(null, Buffer.from(signed), createPublicKey(key), Buffer.from(signature, 'base64')),
    solve: (problem, known) => allocation.solve(problem, { known }),
  });
}

const logsOf = async (
  disclosure: string,
): Promise<{ open: string; full: string; tenderId: string; provider: Someone }> => {
  const auction = { format: 'sealed', disclosure };
  const { officer, tenderId, bids } = await openedTender(system, { terms: { auction }, tariffs: [dear, several] });
  await awardOf(system, officer, tenderId);
  const path = `/api/v1/auctions/${tenderId}/log`;
  const open = await system.anonymous().get(path).expect(200);
  const full = await officer.get(`${path}?full=true`).expect(200);
  const provider = bids[1]?.provider;
  if (!provider) throw new Error('there are two bids');
  return { open: open.text, full: full.text, tenderId, provider };
};

const LOSING = /27013|45017|26003|43007/;
const WINNING = /21011|38023/;

it('is disclosed tariff by tariff: one that lost like any other that lost, and its log is verified', async () => {
  const { open, full, tenderId, provider } = await logsOf('winners');
  expect(open).toMatch(WINNING);
  expect(open).not.toMatch(LOSING);
  expect(open).not.toContain('"alternative":"north"');
  expect(full).toMatch(LOSING);
  for (const text of [open, full]) {
    const file = JSON.parse(text) as LogFile;
    expect(logText(file)).toBe(text);
    expect(Object.values(file.parts ?? {}).map((parts) => parts.length)).toEqual([3]);
    const verdict = await verified(text);
    expect(verdict).toMatchObject({ status: 'valid', fault: null, winners: [{ alternative: 'all lines', lines: 36 }] });
    expect(verdict.notChecked.length > 0).toBe(text === open);
    const printed: string[] = [];
    const io = { out: (line: string) => void printed.push(line), err: () => undefined };
    await writeFile(join(folder, 'log.json'), text);
    expect(await runVerify(join(folder, 'log.json'), {}, io)).toBe(0);
    expect(JSON.parse(printed.join(''))).toEqual(JSON.parse(toJson(verdict)));
  }
  // It learns by which of its tariffs it wins; the agency, too.
  const own = await provider.get(`/api/v1/auctions/${tenderId}/standing`).expect(200);
  expect(own.body).toMatchObject({ rank: 1, alternative: 'all lines', tariff: several });
  expect((own.body as { won: unknown[] }).won).toHaveLength(2);

  const none = await logsOf('none');
  expect(none.open).not.toMatch(LOSING);
  expect(none.open).not.toMatch(WINNING);
  expect(await verified(none.open)).toMatchObject({ status: 'valid', fault: null });
  const all = await logsOf('all');
  expect(all.open).toMatch(LOSING);
  expect(await verified(all.open)).toMatchObject({ status: 'valid', notChecked: [] });
});

it('whatever is changed in what its log opens is found, also when the file is sealed anew', async () => {
  const { full } = await logsOf('all');
  const keys = system.app.get(Keys, { strict: false });
  const file = JSON.parse(full) as LogFile;
  const [[whole, parts] = ['', []]] = Object.entries(file.parts ?? {});
  const [main = '', first = '', second = ''] = parts;
  const without = (commitment: string) =>
    Object.fromEntries(Object.entries(file.tariffs).filter(([key]) => key !== commitment));
  const changed = (more: Partial<LogFile>): Promise<Verdict> => {
    const unsealed = { ...file, ...more };
    return verified(logText({ ...unsealed, seal: keys.sign(sealText(unsealed)) }));
  };
  expect(await changed({})).toMatchObject({ status: 'valid' });
  const dearer = { ...file.tariffs[first], tariff: { ...file.tariffs[first]?.tariff, minimumLines: 1 } };
  const renamed = { ...file.tariffs[first], alternative: 'zebra' };
  const plain = { tariff: file.tariffs[main]?.tariff, salt: file.tariffs[main]?.salt };
  for (const [more, reason] of [
    [{ parts: { [whole]: [main, second, first] } }, /are not those that were committed to/],
    [{ parts: { [whole]: [main, first] } }, /are not those that were committed to/],
    [{ parts: { [whole]: [main] } }, /has 1 tariffs; with alternatives it has 2 to 5/],
    [{ parts: {} }, /There is a tariff that no event is about/],
    [{ parts: { ...file.parts, [main]: [first, second] } }, /There is a tariff that no event is about/],
    [{ tariffs: { ...file.tariffs, [first]: dearer } }, /is not the one that was committed to/],
    [{ tariffs: { ...file.tariffs, [first]: renamed } }, /is not the one that was committed to/],
    [{ tariffs: { ...file.tariffs, [whole]: plain } }, /There is a tariff that no event is about/],
    [{ tariffs: { ...file.tariffs, [main]: plain } }, /is not the one that was committed to/],
  ] as const) {
    const verdict = await changed(more as Partial<LogFile>);
    expect([verdict.status, verdict.fault?.reason]).toEqual(['invalid', expect.stringMatching(reason)]);
  }
  // One that is kept back is no fault, and is said not to be checked.
  const kept = await changed({ tariffs: without(second) });
  expect(kept).toMatchObject({ status: 'valid' });
  expect(kept.notChecked.join()).toMatch(/another tariff of B0\d, which is not disclosed/);
});

it('an agency that signs what breaks the rules of such bids is found out', async () => {
  const { full } = await logsOf('all');
  const keys = system.app.get(Keys, { strict: false });
  const file = JSON.parse(full) as LogFile;
  const [[whole, parts] = ['', []]] = Object.entries(file.parts ?? {});
  const [main = '', first = '', second = ''] = parts;
  /** The same log as if the bid had been committed to otherwise, with every receipt and hash in order. */
  const forged = (
    commitment: string,
    more: Partial<LogFile>,
    format: 'sealed' | 'live' = 'sealed',
  ): Promise<Verdict> => {
    let last: AuctionEvent | null = null;
    const events = file.events.map((event) => {
      let { body } = event;
      if (event.kind === 'opened') {
        const { auctionId: tenderId, entries, settings } = event.body;
        const mine = entries.map((entry) => {
          if (entry.commitment !== whole) return entry;
          const receipt = { ...entry, tenderId, commitment, receivedAt: new Date(entry.receivedAt) };
          return { ...entry, commitment, signature: keys.sign(receiptText(receipt)) };
        });
        body = { ...event.body, settings: { ...settings, format }, entries: mine };
      }
      last = chained(last, new Date(event.at), event.kind, body, event.commitment, sha256);
      return last;
    });
    const unsealed = { ...file, events, ...more };
    return verified(logText({ ...unsealed, seal: keys.sign(sealText(unsealed)) }));
  };
  const listed = (...commitments: string[]): [string, Partial<LogFile>] => {
    const commitment = sha256(partsText(commitments));
    return [commitment, { parts: { [commitment]: commitments } }];
  };
  expect(await forged(...listed(main, first, second))).toMatchObject({ status: 'valid' });
  const twice = { alternative: 'all lines', salt: 'salt', tariff: tariffOfJson(dear) };
  const again = sha256(partText(twice));
  const nested = { tariff: several, salt: 'salt' } as never;
  const within = sha256(sealedText(several, 'salt'));
  const others = Object.fromEntries(Object.entries(file.tariffs).filter(([key]) => !parts.includes(key)));
  const [order, labels, alone] = [listed(first, main, second), listed(main, first, again), listed(main, first)];
  for (const [verdict, reason] of [
    [forged(...order), /not the main one first and then each label once in its order/],
    [forged(labels[0], { ...labels[1], tariffs: { ...file.tariffs, [again]: twice } }), /each label once in its order/],
    [forged(within, { parts: {}, tariffs: { ...others, [within]: nested } }), /has alternatives in itself/],
    [forged(...listed(main, first, second), 'live'), /has alternatives, which only sealed bids that decide may have/],
    [forged(...alone), /There is a tariff that no event is about/],
  ] as const) {
    const { status, fault } = await verdict;
    expect([status, fault?.reason]).toEqual(['invalid', expect.stringMatching(reason)]);
  }
});

it('an agency that says that another won than is disclosed is found out, as far as that can be known', async () => {
  const keys = system.app.get(Keys, { strict: false });
  /** The same log with these names in place of others, in what was committed to as well. */
  const renamed = (text: string, names: Readonly<Record<string, string>>, format = 'sealed'): Promise<Verdict> => {
    const file = JSON.parse(text) as LogFile;
    const contents = Object.fromEntries(
      Object.entries(file.contents).map(([sequence, { content, salt }]) => {
        if ('participants' in content) {
          const participants = content.participants.map((each) => ({
            ...each,
            alias: names[each.alias] ?? each.alias,
          }));
          return [sequence, { content: { ...content, participants }, salt }];
        }
        const awards = content.awards.map((award) => ({ ...award, bid: names[award.bid] ?? award.bid }));
        return [sequence, { content: { ...content, awards }, salt }];
      }),
    );
    let last: AuctionEvent | null = null;
    const events = file.events.map((event) => {
      const content = contents[String(event.sequence)];
      const commitment = content ? sha256(contentText(content.content, content.salt)) : event.commitment;
      let { body } = event;
      if (event.kind === 'opened') {
        const entries = event.body.entries.map((entry) => ({ ...entry, alias: names[entry.alias] ?? entry.alias }));
        body = { ...event.body, entries, settings: { ...event.body.settings, format: format as 'sealed' } };
      }
      last = chained(last, new Date(event.at), event.kind, body, commitment, sha256);
      return last;
    });
    const unsealed = { ...file, events, contents };
    return verified(logText({ ...unsealed, seal: keys.sign(sealText(unsealed)) }));
  };
  const [winners, none] = [await logsOf('winners'), await logsOf('none')];
  const winnerIn = (text: string): string => {
    const { contents } = JSON.parse(text) as LogFile;
    const bids = Object.values(contents).flatMap(({ content }) => ('awards' in content ? content.awards : []));
    return bids[0]?.bid ?? '';
  };
  const [of, blind] = [winnerIn(winners.full), winnerIn(none.open)];
  const [alias = ''] = of.split('/');
  const other = alias === 'B01' ? 'B02' : 'B01';
  expect(await renamed(winners.open, {})).toMatchObject({ status: 'valid' });
  for (const [verdict, reason] of [
    [renamed(none.open, { [blind]: 'B09/all lines' }), /^There is no participant B09\.$/],
    [renamed(none.open, {}, 'live'), /wins by an alternative, which only sealed bids that decide may have/],
    // A participant that is called like an alternative of another one would pass for it.
    [renamed(winners.open, { [other]: `${alias}/small` }), /would name an alternative of another participant/],
    [renamed(winners.full, { [of]: `${alias}/small` }), /^The bid of B0\d has no alternative "small"\.$/],
    [renamed(winners.full, { [of]: `${other}/small` }), /^The bid of B0\d has no alternative "small"\.$/],
  ] as const) {
    const { status, fault } = await verdict;
    expect([status, fault?.reason]).toEqual(['invalid', expect.stringMatching(reason)]);
  }
});
