/**
 * Processes whose own clock is wrong: nothing in an auction happens early or late because of it, and they ask not to be
 * sent work. The wrong clock is made by libfaketime; without it there is nothing to test with.
 */
import { existsSync } from 'node:fs';
import { SESSION_COOKIE } from '../../src/identity/session-cookie.js';
import { expectValidLog } from '../support/auction-log.js';
import { type LiveAuction, liveAuction } from '../support/live-auction.js';
import { Processes, SECRETS } from '../support/processes.js';
import { System } from '../support/system.js';

const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
const hasFaketime = existsSync(LIBRARY);

const wrongBy = (seconds: string): Readonly<Record<string, string>> => ({
  LD_PRELOAD: LIBRARY,
  FAKETIME: `${seconds}s`,
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
});

interface Health {
  readonly status: string;
  readonly checks: readonly { readonly name: string; readonly healthy: boolean; readonly why?: string }[];
}

async function healthOf(url: string): Promise<[number, Health]> {
  const answer = await fetch(`${url}/health/ready`);
  return [answer.status, (await answer.json()) as Health];
}

let system: System;
let processes: Processes;

beforeAll(async () => {
  if (!hasFaketime && (process.env['CI'] ?? '') !== '') throw new Error('install faketime: CI tests wrong clocks');
  system = await System.start({ ...SECRETS, PUMASI_WORKERS: false });
  processes = new Processes(system.database);
});

afterEach(() => processes.end());

afterAll(() => system.stop());

it('the development clock makes no process unready', async () => {
  await system.source.query(`update clock_offset set ahead = ahead + interval '3 days'`);
  const [status, { checks }] = await healthOf(system.url);
  expect(status).toBe(200);
  expect(checks).toContainEqual({ name: 'clock', healthy: true });
});

(hasFaketime ? describe : describe.skip)('a clock that is wrong by thirty seconds', () => {
  it.each([
    ['+30', 'ahead of'],
    ['-30', 'behind'],
  ])('(%s) makes an API process unready, and it says why', async (by, words) => {
    const { url } = await processes.api(wrongBy(by));
    const [status, { checks }] = await healthOf(url);
    expect(status).toBe(503);
    const clock = checks.find(({ name }) => name === 'clock');
    expect(clock?.healthy).toBe(false);
    expect(clock?.why).toMatch(
      new RegExp(`^The clock of this process is (29|3\\d) seconds ${words} the database's\\. Set it right`),
    );
    expect((await healthOf(system.url))[0]).toBe(200);
  });

  it.each(['+30', '-30'])(
    '(%s) lets nothing happen early, and everything happen',
    async (by) => {
      await processes.worker(wrongBy(by));
      const api = await processes.api(wrongBy(by));
      const auction = await liveAuction(system, {
        auction: { leadSeconds: 20, softCloseSeconds: 0, outageSeconds: 3_600 },
      });
      const { beginsAt } = await auction.seen();
      await auction.is('live');
      const { endsAt } = await auction.seen();
      await auction.moveTo(endsAt ?? '', 20_000);
      // By its own clock the process would say that time is over, or that there is a minute left.
      const { status } = await bidAt(api.url, auction);
      expect(status).toBe(201);
      await auction.is('decided');
      expect((await bidAt(api.url, auction)).status).toBe(409);
      const events = await expectValidLog(system, auction.id);
      const at = (kind: string): number => Date.parse(events.find((event) => event.kind === kind)?.at ?? '');
      expect(at('began')).toBeGreaterThanOrEqual(Date.parse(beginsAt ?? ''));
      expect(at('ended')).toBeGreaterThanOrEqual(Date.parse(endsAt ?? ''));
      const [bid] = events.flatMap((event) => (event.kind === 'bid' ? [event.body] : []));
      expect(Date.parse(bid?.receivedAt ?? '')).toBeLessThan(Date.parse(endsAt ?? ''));
    },
    180_000,
  );
});

async function bidAt(url: string, auction: LiveAuction): Promise<globalThis.Response> {
  const { provider, tariff } = auction.bid(1);
  const [band] = tariff.bands;
  const lowered = { ...tariff, bands: [{ ...band, monthly: { basic: 20_000, fast: 35_000 } }] };
  return fetch(`${url}/api/v1/auctions/${auction.id}/bids`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': crypto.randomUUID(),
      cookie: `${SESSION_COOKIE}=${provider.token}`,
    },
    body: JSON.stringify(lowered),
  });
}
