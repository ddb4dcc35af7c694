import { createHash } from 'node:crypto';
import { describeApi } from '../../src/api-description.js';
import { canonicalJson } from '../../src/kernel/canonical.js';
import type { Role } from '../../src/kernel/actor.js';
import { bid, closed, publishedTender, type PublishedTenderMade } from '../support/opened-tender.js';
import { SESSION_COOKIE } from '../../src/identity/session-cookie.js';
import { type Someone, System } from '../support/system.js';

/** A price that stands nowhere else. */
const SECRET = 7_318_529_461;
const tariff = { bands: [{ from: 1, monthly: { basic: SECRET, fast: SECRET + 1 } }], lots: { north: {}, south: {} } };
/** What a proxy may go down to: as secret as the bid, and for ever. */
const FLOOR = 6_204_918_357;
const floor = { ...tariff, bands: [{ from: 1, monthly: { basic: FLOOR, fast: FLOOR } }] };
/** The label of an alternative at the same prices. */
const LABEL = 'quincunx';
const several = { ...tariff, alternatives: { [LABEL]: { ...tariff, minimumLines: 3 } } };
const worse = { ...tariff, lots: { ...tariff.lots, moon: {} } };

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hex = (text: string): string => Buffer.from(text).toString('hex');

let system: System;
let tender: PublishedTenderMade;
let provider: Someone;
let bidId: string;
const written: string[] = [];
const silent = (chunk: string | Uint8Array): boolean => written.push(String(chunk)) > 0;

/** What would give the price away: itself, its bytes, and hashes that could be found by trying prices. */
const traces = (): string[] => {
  const { tenderId } = tender;
  const guesses = [
    canonicalJson(tariff),
    canonicalJson({ tariff }),
    `bids.submit\n${canonicalJson(tariff)}`,
    `bids.submit\n${canonicalJson({ tenderId, tariff })}`,
  ];
  return [...inDigits(SECRET), LABEL, hex(LABEL), ...guesses.map(sha256)];
};
const floorTraces = (): string[] => inDigits(FLOOR);

/** A price in digits, and their bytes. */
function inDigits(price: number): string[] {
  const digits = String(price);
  const encoded = [0, 1, 2].map((shift) =>
    Buffer.from('x'.repeat(shift) + digits)
      .toString('base64')
      .slice(4, 12),
  );
  return [digits, hex(digits), ...encoded];
}

/** The tables, of any schema, in which a trace is found in any column. */
async function tablesThatTell(what = traces()): Promise<string[]> {
  const tables: { name: string }[] = await system.source.query(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  expect(tables.length).toBeGreaterThan(20);
  const telling: string[] = [];
  for (const { name } of tables) {
    const rows: { found: number }[] = await system.source.query(
      `select count(*)::int as found from ${name} t, unnest($1::text[]) as trace where strpos(t::text, trace) > 0`,
      [what],
    );
    if ((rows[0]?.found ?? 0) > 0) telling.push(name);
  }
  return telling;
}

/** The reading routes that tell a trace to anyone, with whoever is told. */
async function routesThatTell(what = traces()): Promise<string[]> {
  const paths = Object.entries(describeApi(system.app).paths).flatMap(([path, routes]) => (routes.get ? [path] : []));
  const ids = [tender.tenderId, bidId, tender.poolId];
  const roles: Role[] = ['owner', 'manager', 'bidder', 'officer', 'approver', 'auditor', 'admin'];
  const readers = [provider, tender.officer, ...(await Promise.all(roles.map((role) => system.someone(role))))];
  const telling: string[] = [];
  let answered = 0;
  for (const path of paths) {
    for (const id of path.includes('{') ? ids : ['']) {
      const asked = path.replaceAll(/\{[^}]+\}/g, id);
      const asks = async (reader: Someone): Promise<void> => {
        const { text, status } = await (path.endsWith('/feed') ? streamed(reader, asked) : reader.get(asked));
        if (status === 200) answered += 1;
        if (what.some((trace) => text.includes(trace))) telling.push(`${path} (${status})`);
      };
      await Promise.all(readers.map(asks));
    }
  }
  expect(answered).toBeGreaterThan(20);
  return telling;
}

/** What a stream, which has no end, says in its first moments. */
async function streamed(reader: Someone, path: string): Promise<{ text: string; status: number }> {
  const answer = await fetch(`${system.url}${path}`, { headers: { cookie: `${SESSION_COOKIE}=${reader.token}` } });
  const stream = answer.body?.getReader();
  const end = setTimeout(() => void stream?.cancel(), 400);
  let text = '';
  for (let part = await stream?.read(); part && !part.done; part = await stream?.read()) {
    text += Buffer.from(part.value).toString();
  }
  clearTimeout(end);
  return { text, status: answer.status };
}

beforeAll(async () => {
  // An own member hides the inherited one until it is deleted.
  for (const stream of [process.stdout, process.stderr]) Object.assign(stream, { write: silent });
  system = await System.start({ PUMASI_LOG: 'debug' });
  tender = await publishedTender(system, { terms: { priceCaps: {} } });
  provider = await system.someone('bidder');
  const path = `/api/v1/tenders/${tender.tenderId}/bids`;
  ({ bidId } = await bid(tender.tenderId, provider, tariff));
  // Every way of going wrong is tried too: what does not fit, what comes twice, what breaks in the database.
  await provider.post(path, worse).expect(422);
  await provider.post(path, tariff, 'twice').expect(201);
  await provider.post(path, tariff, 'twice').expect(201);
  await provider.post(path, worse, 'twice').expect(422);
  await system.source.query(`alter table sealed_bid add constraint broken check (sequence < 3) not valid`);
  await provider.post(path, tariff).expect(500);
  await system.source.query('alter table sealed_bid drop constraint broken');
  ({ bidId } = await bid(tender.tenderId, provider, tariff));
  await bid(tender.tenderId, await system.someone('bidder'), several);
  await provider.post(path, { ...several, alternatives: { [LABEL]: worse } }).expect(422);
  const proxy = { floor: { kind: 'tariff', tariff: floor } };
  await provider.post(`/api/v1/auctions/${tender.tenderId}/proxy`, proxy, 'proxy').expect(201);
  await provider.post(`/api/v1/auctions/${tender.tenderId}/proxy`, proxy, 'proxy').expect(201);
  await system.settled();
});

afterAll(async () => {
  await system.stop();
  for (const stream of [process.stdout, process.stderr]) Reflect.deleteProperty(stream, 'write');
});

it('until the opening a price is in no table, in no log and in no answer', async () => {
  expect(await tablesThatTell()).toEqual([]);
  expect(await routesThatTell()).toEqual([]);
  await closed(system, tender);
  expect(await tablesThatTell()).toEqual([]);
  expect(await routesThatTell()).toEqual([]);
  const log = written.join('');
  expect(log).toContain('broken');
  expect(traces().filter((trace) => log.includes(trace))).toEqual([]);
});

it('after the opening it is where it belongs, and nowhere else', async () => {
  await tender.officer.post(`/api/v1/tenders/${tender.tenderId}/bids/open`).expect(200);
  await system.settled();
  expect(await tablesThatTell()).toContain('public.opened_bid');
  expect(await routesThatTell()).toContain('/api/v1/tenders/{id}/bids (200)');
  expect(await tablesThatTell()).not.toContain('public.idempotency');
});

it('what a proxy was told is in no table, in no log and in no answer, whatever became of the auction', async () => {
  await system.eventually(
    () => tender.officer.get(`/api/v1/auctions/${tender.tenderId}`),
    ({ body }) => (body as { state: string }).state === 'decided',
  );
  expect(await tablesThatTell(floorTraces())).toEqual([]);
  expect(await routesThatTell(floorTraces())).toEqual([]);
  const log = written.join('');
  expect(floorTraces().filter((trace) => log.includes(trace))).toEqual([]);
});
