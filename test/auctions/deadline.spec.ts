import type { Response } from 'supertest';
import { bid, closed, publishedTender, type PublishedTenderMade, TARIFFS } from '../support/opened-tender.js';
import { type Someone, System } from '../support/system.js';

interface Receipt {
  bidId: string;
  receivedAt: string;
}

const [tariff, northern] = TARIFFS;
if (!tariff || !northern) throw new Error('there are tariffs to bid');

let system: System;

const send = async (someone: Someone, { tenderId }: PublishedTenderMade): Promise<Response> =>
  someone.post(`/api/v1/tenders/${tenderId}/bids`, tariff);
const sleep = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));
const opened = async ({ officer, tenderId }: PublishedTenderMade): Promise<string[]> => {
  await officer.post(`/api/v1/tenders/${tenderId}/bids/open`).expect(200);
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Response = await officer.get(
      `/api/v1/tenders/${tenderId}/bids?limit=50${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    const { items, next } = page.body as { items: Receipt[]; next: string | null };
    ids.push(...items.map(({ bidId }) => bidId));
    cursor = next;
  }
  return ids;
};
/** Moves the clock to this long before an instant, without waiting for anything. */
const moveTo = async (instant: Date, millisBefore: number): Promise<void> => {
  await system.source.query(`update clock_offset set ahead = ahead + ($1::timestamptz - app_now())`, [
    new Date(instant.getTime() - millisBefore),
  ]);
};

beforeAll(async () => {
  system = await System.start();
});

afterAll(() => system.stop());

it('a late bid is refused with both times, and so is a late withdrawal', async () => {
  const tender = await publishedTender(system);
  const provider = await system.someone('bidder');
  const { bidId } = await bid(tender.tenderId, provider, tariff);
  await moveTo(tender.biddingEndsAt, 0);
  for (const answer of [await send(provider, tender), await provider.post(`/api/v1/bids/${bidId}/withdraw`)]) {
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({
      code: 'auction.too-late',
      detail: expect.stringMatching(
        `^The bidding ended at ${tender.biddingEndsAt.toISOString()}; this was received at .* nothing was recorded`,
      ) as string,
    });
  }
  await closed(system, tender);
  expect(await opened(tender)).toEqual([bidId]);
});

it('a bid that is received in time and written after the deadline counts; a later one waiting beside it does not', async () => {
  const tender = await publishedTender(system);
  const [inTime, late] = [await system.someone('bidder'), await system.someone('bidder')];
  const holder = system.source.createQueryRunner();
  await holder.startTransaction();
  try {
    await holder.query('select from auction where id = $1 for update', [tender.tenderId]);
    const waiting = send(inTime, tender);
    await sleep(300);
    await moveTo(tender.biddingEndsAt, -10);
    const refused = await send(late, tender);
    expect(refused.body).toMatchObject({ code: 'auction.too-late' });
    await holder.commitTransaction();
    const answer = await waiting;
    expect(answer.status).toBe(201);
    expect(new Date((answer.body as Receipt).receivedAt).getTime()).toBeLessThan(tender.biddingEndsAt.getTime());
    await closed(system, tender);
    expect(await opened(tender)).toEqual([(answer.body as Receipt).bidId]);
  } finally {
    await holder.release();
  }
});

it('a bid that comes out of the queue only after the closing is told so, and does not count', async () => {
  const tender = await publishedTender(system);
  const provider = await system.someone('bidder');
  const holder = system.source.createQueryRunner();
  await holder.startTransaction();
  try {
    await holder.query('select from auction where id = $1 for update', [tender.tenderId]);
    const waiting = send(provider, tender);
    await sleep(300);
    await holder.query(`update auction set state = 'closed', due_at = null, closed_at = app_now() where id = $1`, [
      tender.tenderId,
    ]);
    await holder.commitTransaction();
    const answer = await waiting;
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ code: 'auction.closed', detail: expect.stringContaining('in time') as string });
    await moveTo(tender.biddingEndsAt, -10);
    expect(await opened(tender)).toEqual([]);
  } finally {
    await holder.release();
  }
});

it('of two bids under way the one that was received later stands, whichever is written first', async () => {
  const tender = await publishedTender(system);
  const provider = await system.someone('bidder');
  const path = `/api/v1/tenders/${tender.tenderId}/bids`;
  const holder = system.source.createQueryRunner();
  await holder.startTransaction();
  try {
    // The earlier bid is held up behind the lock of its key, as behind a slow connection; the later one overtakes it.
    await holder.query(
      `insert into idempotency (scope, key, deed, input_hash) values ($1, 'slow', 'bids.submit', '')`,
      [`${provider.personId}@${provider.organisationId}`],
    );
    const slow = provider.post(path, tariff, 'slow').then((answer) => answer);
    await sleep(300);
    const fast = await provider.post(path, northern).expect(201);
    await holder.rollbackTransaction();
    const overtaken = await slow;
    expect(overtaken.status).toBe(201);
    const { body } = await provider.get(`${path}/mine`).expect(200);
    expect(body).toMatchObject({
      items: [
        { bidId: (overtaken.body as Receipt).bidId, state: 'replaced' },
        { bidId: (fast.body as Receipt).bidId, state: 'standing' },
      ],
    });
  } finally {
    await holder.release();
  }
});

it('of a hundred bids around the deadline exactly those count that got a receipt', async () => {
  const tender = await publishedTender(system);
  const providers = await Promise.all(Array.from({ length: 100 }, () => system.someone('bidder')));
  await moveTo(tender.biddingEndsAt, 700);
  const answers = await Promise.all(
    providers.map(async (provider, index) => {
      await sleep(index * 10);
      return send(provider, tender);
    }),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]));
  const acknowledged = answers.flatMap(({ status, body }) => (status === 201 ? [body as Receipt] : []));
  for (const { receivedAt } of acknowledged) expect(new Date(receivedAt) < tender.biddingEndsAt).toBe(true);
  for (const { status, body } of answers) {
    if (status !== 201) expect((body as { code: string }).code).toBe('auction.too-late');
  }
  await closed(system, tender);
  expect((await opened(tender)).sort()).toEqual(acknowledged.map(({ bidId }) => bidId).sort());
});

it('bids that are received at once before the deadline are all taken, however few connections there are', async () => {
  const tender = await publishedTender(system);
  const providers = await Promise.all(Array.from({ length: 40 }, () => system.someone('bidder')));
  await moveTo(tender.biddingEndsAt, 6_000);
  const holder = system.source.createQueryRunner();
  await holder.startTransaction();
  try {
    // While the row is locked nothing can be written, and the connections run out: receipt is noted all the same.
    await holder.query('select from auction where id = $1 for update', [tender.tenderId]);
    const waiting = Promise.all(providers.map((provider) => send(provider, tender)));
    await sleep(2_500);
    await holder.query(`update clock_offset set ahead = ahead + ($1::timestamptz - app_now())`, [tender.biddingEndsAt]);
    await holder.commitTransaction();
    const answers = await waiting;
    expect(answers.map(({ status, text }) => (status === 201 ? '' : text)).filter((text) => text !== '')).toEqual([]);
    await closed(system, tender);
    expect((await opened(tender)).sort()).toEqual(answers.map(({ body }) => (body as Receipt).bidId).sort());
  } finally {
    await holder.release();
  }
});

it('bids that come too late cannot keep the bidding from being closed', async () => {
  const tender = await publishedTender(system);
  const providers = await Promise.all(Array.from({ length: 6 }, () => system.someone('bidder')));
  await moveTo(tender.biddingEndsAt, 0);
  const flooding = new AbortController();
  const flood = providers.map(async (provider) => {
    while (!flooding.signal.aborted) expect((await send(provider, tender)).status).toBe(409);
  });
  try {
    for (let state = ''; state !== 'closed'; await sleep(50)) {
      const { body } = await tender.officer.get(`/api/v1/tenders/${tender.tenderId}/auction`).expect(200);
      ({ state } = body as { state: string });
      // However often one looks: nobody that came too late ever holds the row.
      const holding: unknown[] = await system.source.query(
        `select from pg_locks l join pg_stat_activity a using (pid)
         where a.datname = current_database() and a.application_name = 'pumasi'
           and l.relation = 'auction'::regclass and l.mode = 'RowShareLock'`,
      );
      expect(holding).toEqual([]);
    }
  } finally {
    flooding.abort();
    await Promise.all(flood);
  }
}, 60_000);

it('closes once, and records each step', async () => {
  const tender = await publishedTender(system);
  await closed(system, tender);
  await system.settled();
  const deeds: { deed: string }[] = await system.source.query(
    `select deed from audit_entry where subject_type = 'auction' and subject_id = $1 order by sequence`,
    [tender.tenderId],
  );
  expect(deeds.map(({ deed }) => deed)).toEqual(['auctions.set-up', 'auctions.end-bidding', 'auctions.close']);
});
