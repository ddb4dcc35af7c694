import { createHash } from 'node:crypto';
import { PostgresQueryRunner } from 'typeorm/driver/postgres/PostgresQueryRunner.js';
import { canonicalJson } from '../../src/kernel/canonical.js';
import { statesOf } from '../../src/kernel/lifecycle.js';
import { BOXES_AT_ONCE } from '../../src/auctions/boxes.js';
import { auctionLifecycle, bidLifecycle } from '../../src/auctions/rules/lifecycles.js';
import { bid, closed, openedTender, publishedTender, TARIFFS, type TariffJson } from '../support/opened-tender.js';
import { statesAllowed } from '../support/states.js';
import { System } from '../support/system.js';
import type { OpenedBid, OwnBid, Problem } from './answers.js';

const [tariff, northern, dear] = TARIFFS;
if (!tariff || !northern || !dear) throw new Error('there are three tariffs to bid');

let system: System;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

beforeAll(async () => {
  system = await System.start();
});

afterAll(() => system.stop());

describe('the opening', () => {
  it('shows what was committed to, once, to the agency only', async () => {
    const opened = await openedTender(system);
    const bids = `/api/v1/tenders/${opened.tenderId}/bids`;
    const list = (await opened.officer.get(bids).expect(200)).body as { items: OpenedBid[]; unreadable: object[] };
    expect(list.unreadable).toEqual([]);
    expect(list.items.map(({ bidId, tariff: shown }) => ({ bidId, tariff: shown }))).toEqual(
      opened.bids.map(({ bidId, tariff: sent }) => ({ bidId, tariff: sent })),
    );
    for (const { tariff: shown, salt, commitment } of list.items) {
      expect(sha256(canonicalJson({ salt, tariff: shown }))).toBe(commitment);
    }
    expect(list.items[0]?.providerName).toMatch(/^provider /);
    for (const role of ['approver', 'auditor'] as const) await (await system.someone(role)).get(bids).expect(200);
    const [first] = opened.bids;
    await first?.provider.get(bids).expect(403);

    const again = await opened.officer.post(`${bids}/open`).expect(409);
    expect((again.body as Problem).code).toBe('auction.already-opened');
    await system.eventually(
      () => opened.officer.get(`/api/v1/tenders/${opened.tenderId}/auction`),
      ({ body }) => (body as { state: string }).state === 'decided',
    );
    const facts: { facts: number }[] = await system.source.query(
      `select count(*)::int as facts from outbox_event where name = 'auctions.decided' and payload->>'tenderId' = $1`,
      [opened.tenderId],
    );
    expect(facts[0]?.facts).toBe(1);
    const record: { deed: string; person_id: string; facts: object }[] = await system.source.query(
      `select deed, person_id, facts from audit_entry where subject_type = 'auction' and subject_id = $1
         and deed = 'bids.open'`,
      [opened.tenderId],
    );
    expect(record).toEqual([
      {
        deed: 'bids.open',
        person_id: opened.officer.personId,
        facts: { state: 'settling', opened: 3, unreadable: [] },
      },
    ]);
  });

  it('by several officers at once happens once', async () => {
    const made = await publishedTender(system);
    await bid(made.tenderId, await system.someone('bidder'), tariff);
    await closed(system, made);
    const officers = [
      made.officer,
      await system.someone('officer', made.officer.organisationId),
      await system.someone('officer', made.officer.organisationId),
    ];
    const answers = await Promise.all(
      officers.map((officer) => officer.post(`/api/v1/tenders/${made.tenderId}/bids/open`)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(2);
  });

  it('leaves out replaced and withdrawn bids, and goes on with none at all', async () => {
    const made = await publishedTender(system);
    const [stays, leaves] = [await system.someone('bidder'), await system.someone('bidder')];
    await bid(made.tenderId, stays, tariff);
    const last = await bid(made.tenderId, stays, northern);
    const { bidId } = await bid(made.tenderId, leaves, dear);
    await leaves.post(`/api/v1/bids/${bidId}/withdraw`).expect(200);
    await closed(system, made);
    expect((await made.officer.get(`/api/v1/tenders/${made.tenderId}/auction`)).body).toMatchObject({ bids: 1 });
    await made.officer.post(`/api/v1/tenders/${made.tenderId}/bids/open`).expect(200);
    const { body } = await made.officer.get(`/api/v1/tenders/${made.tenderId}/bids`).expect(200);
    expect((body as { items: OpenedBid[] }).items.map((opened) => opened.bidId)).toEqual([last.bidId]);

    const nobody = await openedTender(system, { tariffs: [] });
    const empty = await nobody.officer.get(`/api/v1/tenders/${nobody.tenderId}/bids`).expect(200);
    expect(empty.body).toEqual({ items: [], unreadable: [], next: null });
  });

  it('holds a portion of the bids at once, and opens each', async () => {
    const made = await publishedTender(system, { terms: { auction: { format: 'sealed' } } });
    const sent = new Map<string, number | undefined>();
    for (let n = 0; n < BOXES_AT_ONCE + 2; n += 1) {
      const monthly = { basic: 20_000 + n, fast: 40_000 + n };
      const { bidId } = await bid(made.tenderId, await system.someone('bidder'), {
        ...dear,
        bands: [{ from: 1, monthly }],
      });
      sent.set(bidId, monthly.basic);
    }
    await closed(system, made);
    const held: number[] = [];
    const asking = jest.spyOn(PostgresQueryRunner.prototype, 'query');
    const large = (value: unknown): boolean =>
      Buffer.isBuffer(value) ||
      (typeof value === 'string' ? value.includes('"bands"') : Object(value) === value && 'bands' in Object(value));
    try {
      await made.officer.post(`/api/v1/tenders/${made.tenderId}/bids/open`).expect(200);
      const { calls, contexts, results } = asking.mock;
      // What follows from the opening reads the tariffs, too, in transactions of its own.
      const opening = contexts[calls.findIndex(([text]) => text.includes('insert into opened_bid'))];
      const asked = calls.map(([, given], at) => ({ given, by: contexts[at], rows: results[at]?.value }));
      for (const { given, rows } of asked.filter(({ by }) => by === opening)) {
        const told = [(await rows) as unknown].flat().flatMap((row) => Object.values(Object(row)));
        held.push(told.filter(large).length, (given ?? []).flat().filter(large).length);
      }
    } finally {
      asking.mockRestore();
    }
    expect(Math.max(...held)).toBe(BOXES_AT_ONCE);
    // Nor does the table of all standings read tariffs, of which it tells what they come to.
    const read = jest.spyOn(system.source.manager, 'query');
    try {
      const standings = await made.officer.get(`/api/v1/auctions/${made.tenderId}/standings?limit=100`).expect(200);
      expect((standings.body as { items: object[] }).items).toHaveLength(sent.size);
      const rows = (await Promise.all(read.mock.results.map(({ value }) => value as unknown))).flat(2);
      expect(rows.length).toBeGreaterThan(sent.size);
      expect(rows.flatMap((row) => Object.values(Object(row))).filter(large)).toEqual([]);
    } finally {
      read.mockRestore();
    }
    const { body } = await made.officer.get(`/api/v1/tenders/${made.tenderId}/bids?limit=100`).expect(200);
    const { items } = body as { items: OpenedBid[] };
    expect(
      new Map(items.map(({ bidId, tariff: shown }) => [bidId, (shown as TariffJson).bands[0]?.monthly['basic']])),
    ).toEqual(sent);
    const entered: { evaluated: number }[] = await system.source.query(
      `select count(distinct evaluated_minor)::int as evaluated from auction_tariff t
       join auction_participant p using (auction_id, alias) join opened_bid o on o.bid_id = p.bid_id
       where t.auction_id = $1 and t.tariff = o.tariff and t.salt = o.salt`,
      [made.tenderId],
    );
    expect(entered).toEqual([{ evaluated: sent.size }]);
  });

  it('excludes a box that was tampered with, says so, and opens the others', async () => {
    const made = await publishedTender(system);
    const whole = await bid(made.tenderId, await system.someone('bidder'), tariff);
    const altered = await bid(made.tenderId, await system.someone('bidder'), tariff);
    const swapped = await bid(made.tenderId, await system.someone('bidder'), tariff);
    const forged = await bid(made.tenderId, await system.someone('bidder'), tariff);
    // Whoever owns the database can switch off its triggers; the boxes still tell.
    await system.source.query('alter table sealed_bid disable trigger sealed_bid_kept');
    await system.source.query(
      'update sealed_bid set box = set_byte(box, length(box) - 1, get_byte(box, length(box) - 1) # 1) where id = $1',
      [altered.bidId],
    );
    await system.source.query('update sealed_bid set box = (select box from sealed_bid where id = $2) where id = $1', [
      swapped.bidId,
      whole.bidId,
    ]);
    await system.source.query(`update sealed_bid set commitment = repeat('0', 64) where id = $1`, [forged.bidId]);
    await system.source.query('alter table sealed_bid enable trigger sealed_bid_kept');
    await closed(system, made);
    const { body } = await made.officer.post(`/api/v1/tenders/${made.tenderId}/bids/open`).expect(200);
    const { opened, unreadable } = body as { opened: number; unreadable: { bidId: string; why: string }[] };
    expect(opened).toBe(1);
    expect(Object.fromEntries(unreadable.map(({ bidId, why }) => [bidId, why]))).toEqual({
      [altered.bidId]: expect.stringContaining('does not open') as string,
      [swapped.bidId]: expect.stringContaining('does not open') as string,
      [forged.bidId]: expect.stringContaining('another tariff') as string,
    });
    const list = await made.officer.get(`/api/v1/tenders/${made.tenderId}/bids`).expect(200);
    expect(list.body).toMatchObject({ items: [{ bidId: whole.bidId }] });
    expect((list.body as { unreadable: object[] }).unreadable).toHaveLength(3);
    const mine = await altered.provider.get(`/api/v1/tenders/${made.tenderId}/bids/mine`).expect(200);
    expect((mine.body as { items: OwnBid[] }).items).toMatchObject([{ state: 'unreadable' }]);
    const records: { subject_id: string; facts: object }[] = await system.source.query(
      `select subject_id, facts from audit_entry where deed = 'bids.open' and subject_type = 'bid'`,
    );
    expect(records.map((entry) => entry.subject_id).sort()).toEqual(
      [altered.bidId, swapped.bidId, forged.bidId].sort(),
    );
  });

  it('never comes for a tender that was cancelled', async () => {
    const made = await publishedTender(system);
    const provider = await system.someone('bidder');
    const { bidId } = await bid(made.tenderId, provider, tariff);
    await made.officer.post(`/api/v1/tenders/${made.tenderId}/cancel`, { why: 'A wrong cap' }).expect(200);
    await system.settled();
    const refused = await provider.post(`/api/v1/tenders/${made.tenderId}/bids`, tariff).expect(409);
    expect((refused.body as Problem).code).toBe('auction.cancelled');
    await provider.post(`/api/v1/bids/${bidId}/withdraw`).expect(409);
    await system.passTo(made.biddingEndsAt);
    await made.officer.post(`/api/v1/tenders/${made.tenderId}/bids/open`).expect(409);
  });

  it('waits for a cancellation under way, and asks the tender however late the auction learns of it', async () => {
    const made = await publishedTender(system);
    await bid(made.tenderId, await system.someone('bidder'), tariff);
    await closed(system, made);
    const open = `/api/v1/tenders/${made.tenderId}/bids/open`;
    const cancelling = system.source.createQueryRunner();
    await cancelling.startTransaction();
    // The cancellation came before the deadline, and its fact lies in the outbox while the workers lag behind.
    await cancelling.query(
      `update tender set state = 'cancelled', cancelled_at = app_now(), why_cancelled = 'A wrong cap' where id = $1`,
      [made.tenderId],
    );
    const opening = made.officer.post(open).then((answer) => answer);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await cancelling.commitTransaction();
    await cancelling.release();
    for (const refused of [await opening, await made.officer.post(open)]) {
      expect(refused.status).toBe(409);
      expect((refused.body as Problem).code).toBe('auction.cancelled');
    }
    const found: { opened: number }[] = await system.source.query(
      'select count(*)::int as opened from opened_bid where auction_id = $1',
      [made.tenderId],
    );
    expect(found[0]?.opened).toBe(0);
    expect((await made.officer.get(`/api/v1/tenders/${made.tenderId}/auction`)).body).toMatchObject({
      state: 'closed',
    });
  });
});

describe('the tables', () => {
  it('keep a sealed bid as it was received', async () => {
    for (const statement of [
      'update sealed_bid set box = box',
      `update sealed_bid set received_at = received_at - interval '1 s'`,
      'delete from sealed_bid',
    ]) {
      const rejected = system.source.query(statement).then(
        (result: unknown) => (statement.endsWith('box = box') ? 'nothing changed' : result),
        (error: Error) => error.message,
      );
      expect(await rejected).toMatch(/kept as it was received|nothing changed/);
    }
  });

  it('take no opened bid while the auction is not closed', async () => {
    const made = await publishedTender(system);
    const { bidId } = await bid(made.tenderId, await system.someone('bidder'), tariff);
    await expect(
      system.source.query(
        `insert into opened_bid select id, auction_id, provider_id, received_at, '{}', '' from sealed_bid where id = $1`,
        [bidId],
      ),
    ).rejects.toThrow(/stay sealed/);
  });

  it('know the same states as the lifecycles', async () => {
    expect((await statesAllowed(system, 'auction')).sort()).toEqual(statesOf(auctionLifecycle).sort());
    expect((await statesAllowed(system, 'sealed_bid')).sort()).toEqual(statesOf(bidLifecycle).sort());
  });
});
