/** The demonstration on somebody's own spreadsheets: every line is dealt with, and all figures agree with each other. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { User } from '../../demo/api.js';
import { PASSWORD } from '../../demo/cast.js';
import type { Figures } from '../../demo/figures.js';
import { runVerify } from '../../src/auctions/verify.command.js';
import { temporaryDataFolder } from '../../src/platform/embedded/embedded-postgres.js';
import { addressOf, demoRun, type DemoRun, heard } from '../support/demo-run.js';
import { alike, BUSINESSES, writeShops, writeTown } from '../support/town.js';

/** What a run said, without its line breaks. */
function said(run: DemoRun): string {
  return run.said().replace(/\s+/g, ' ');
}

/** Verifies the log that a demonstration left behind, with the key that it left beside it. */
async function verdictOn(folder: string): Promise<{ exit: number; verdict: object }> {
  const [log, key] = ['auction-log.json', 'receipts-public-key.pem'].map((name) => join(folder, 'out', name));
  let line = '{}';
  const output = { out: (text: string) => (line = text), err: () => {} };
  const exit = await runVerify(log ?? '', { key: key ?? '' }, output);
  return { exit, verdict: JSON.parse(line) as object };
}

interface SubscriptionJson {
  readonly id: string;
  readonly offerId: string | null;
  readonly monthly: number;
  readonly quantity: number;
}

interface InvoiceJson {
  readonly id: string;
  readonly runId: string;
  readonly totalMinor: number;
}

interface ChargeJson {
  readonly subscriptionId: string;
  readonly kind: string;
  readonly minor: number;
}

/** What the invoices of each month's run say that some lines cost in it, without set-up and tax; the first run first. */
async function billedFor(officer: User, invoices: readonly InvoiceJson[], lines: ReadonlySet<string>) {
  const byMonth = new Map<string, number>();
  for await (const { id, month } of officer.all<{ id: string; month: string }>('/api/v1/billing/runs?currency=USD')) {
    let sum = 0;
    for (const invoice of invoices.filter(({ runId }) => runId === id)) {
      for await (const charge of officer.all<ChargeJson>(`/api/v1/invoices/${invoice.id}/lines`)) {
        if (charge.kind === 'monthly' && lines.has(charge.subscriptionId)) sum += charge.minor;
      }
    }
    byMonth.set(month, sum);
  }
  return [...byMonth].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

/** What the members were billed is what they paid, and what the providers, the platform and the tax office have of it. */
async function agreesWithTheBooks(officer: User, figures: Figures, first: ReadonlySet<string>): Promise<void> {
  const issued: InvoiceJson[] = [];
  for await (const invoice of officer.all<InvoiceJson>('/api/v1/invoices')) issued.push(invoice);
  const invoices = issued.length;
  const invoicedMinor = issued.reduce((sum, { totalMinor }) => sum + totalMinor, 0);
  expect(figures).toMatchObject({ invoices, invoicedMinor, paidMinor: invoicedMinor, trialBalanceMinor: 0 });
  expect(figures.payableToProvidersMinor + figures.platformFeeMinor + figures.taxMinor).toBe(invoicedMinor);
  expect(figures.platformFeeMinor).toBeGreaterThan(0);
  expect(figures.firstMonthMonthlyMinor).toBe(figures.settledMonthlyMinor);
  const months = [figures.firstMonthMonthlyMinor, figures.secondMonthMonthlyMinor];
  expect(await billedFor(officer, issued, first)).toEqual(months);
  expect(figures.secondMonthMonthlyMinor).toBeLessThan(figures.firstMonthMonthlyMinor);
}

describe('the demonstration on own spreadsheets', () => {
  const folder = temporaryDataFolder('pumasi-town');
  const runs: DemoRun[] = [];
  const demo = (...options: string[]): DemoRun => {
    const run = demoRun(folder, ...options);
    runs.push(run);
    return run;
  };

  afterAll(() => {
    // One that is kept running outlives a test that fails before it stops it.
    for (const { child } of runs) if (child.exitCode === null) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it('deals with every line, and tells figures that agree with contracts and subscriptions', async () => {
    const { lines } = writeTown(join(folder, 'town'));
    const json = join(folder, 'figures.json');
    const run = demo('--data', join(folder, 'town'), '--json', json, '--keep');
    await heard(run, 'keeps running');
    const figures = JSON.parse(readFileSync(json, 'utf8')) as Figures;
    expect(figures).toMatchObject({
      members: BUSINESSES,
      lines,
      lots: 2,
      bids: 3,
      allocatedLines: lines,
      offeredLines: lines,
      currency: 'USD',
      solverStatus: 'optimal',
      auctionFormat: 'live',
    });
    expect(figures.auctionTotalMinor).toBe(figures.allocationTotalMinor);
    expect(figures.auctionTotalMinor).toBeLessThan(figures.openingTotalMinor);
    expect(figures.proxyBids).toBeGreaterThan(1);
    expect(figures.improvements).toBeGreaterThan(figures.proxyBids + 2);
    expect(figures.extensions).toBeGreaterThan(0);
    // Thirty minutes, and what the late change added.
    expect(figures.auctionSeconds).toBeGreaterThan(1_800);
    const told = said(run);
    expect(told).toContain('An improvement lowers your evaluated cost by 1 % at least');
    expect(told).toContain('the end is put off from');
    expect(told).toMatch(/comes a moment too late: “.*nothing was recorded/);
    expect(told).toMatch(/The auction lowered the price by [\d,.]+ USD a year/);
    expect(await verdictOn(folder)).toEqual({
      exit: 0,
      verdict: expect.objectContaining({
        status: 'valid',
        bids: figures.improvements,
        extensions: figures.extensions,
        totalMinor: figures.allocationTotalMinor,
        // The floors of the two proxies stay secret for ever.
        notChecked: [expect.stringContaining('what the proxy was told')] as unknown,
      }) as unknown,
    });

    const officer = await new User(addressOf(run), 'officer').signIn('officer@agency.example', PASSWORD);
    let costs = 0;
    for await (const agreement of officer.all<{ id: string }>('/api/v1/agreements')) {
      const { content } = await officer.get<{ content: { costMinor: number } }>(`/api/v1/agreements/${agreement.id}`);
      costs += content.costMinor;
    }
    expect(costs).toBe(figures.allocationTotalMinor);
    let [monthly, contracted, late] = [0, 0, 0];
    const first = new Set<string>();
    for await (const one of officer.all<SubscriptionJson>('/api/v1/subscriptions')) {
      if (one.offerId === null) late += one.quantity;
      else {
        first.add(one.id);
        monthly += one.monthly * one.quantity;
        contracted += one.quantity;
      }
    }
    expect(late).toBe(figures.lateLines);
    expect(monthly).toBe(figures.settledMonthlyMinor);
    expect(contracted).toBe(figures.contractLines);
    expect(contracted).toBe(figures.acceptedLines);
    expect(figures.settledMonthlyMinor).toBeLessThan(figures.openMarketMonthlyMinor);
    await agreesWithTheBooks(officer, figures, first);

    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
  }, 200_000);

  it('goes on after Ctrl-C with the same spreadsheets, and begins anew with others', async () => {
    const town = join(folder, 'city');
    const { lines } = writeTown(town, { one: '한국통신', other: '케이티' });
    const story = ['--data', town, '--json', join(folder, 'city.json')];
    const first = demo(...story);
    await heard(first, '\n4. ');
    first.child.kill('SIGINT');
    expect(await first.ended).toBe(130);
    expect(first.said()).toContain('it goes on where it was');
    expect(first.said()).not.toContain('fetch failed');

    const sheet = join(town, 'lines.csv');
    const before = readFileSync(sheet, 'utf8');
    writeFileSync(sheet, `${before}T-new,One more,4,G,XX-T-EAST,35.1,-86.2,slow,5,한국통신,100,60.00,\n`);
    const changed = demo(...story);
    expect(await changed.ended).toBe(0);
    expect(changed.said()).not.toContain('was cut off');
    const figures = JSON.parse(readFileSync(join(folder, 'city.json'), 'utf8')) as Figures;
    expect(figures).toMatchObject({ members: BUSINESSES + 1, lines: lines + 5, bids: 3 });

    const euros = demo(...story, '--currency', 'EUR');
    await heard(euros, '\n2. ');
    euros.child.kill('SIGTERM');
    expect(await euros.ended).toBe(130);
    expect(euros.said()).not.toContain('An earlier demonstration');

    writeFileSync(sheet, before);
    const again = demo(...story);
    await heard(again, '\n5. ');
    again.child.kill('SIGINT');
    expect(await again.ended).toBe(130);
    expect(again.said()).toContain('An earlier demonstration was cut off here');
  }, 300_000);

  it('lets the sealed result stand where too few bid for an auction', async () => {
    const town = join(folder, 'hamlet');
    writeTown(town, { one: 'Town Net', other: 'Town Net' });
    const json = join(folder, 'hamlet.json');
    const run = demo('--data', town, '--json', json, '--format', 'live');
    expect(await run.ended).toBe(0);
    expect(said(run)).toContain('Only 2 providers bid');
    const figures = JSON.parse(readFileSync(json, 'utf8')) as Figures;
    expect(figures).toMatchObject({ bids: 2, improvements: 0, proxyBids: 0, extensions: 0, auctionSeconds: 0 });
    expect(figures.openingTotalMinor).toBe(figures.allocationTotalMinor);
    expect(figures.auctionTotalMinor).toBe(figures.allocationTotalMinor);
    expect(await verdictOn(folder)).toMatchObject({ exit: 0, verdict: { status: 'valid', bids: 0 } });
  }, 200_000);

  it('goes on to its end when two agreements fall at once and nobody else serves their lines, cut off there or not', async () => {
    const town = join(folder, 'valley');
    const { lines } = writeShops(town, [
      ...alike(30, { region: 'XX-T-EAST', provider: 'Town Net', reachedBy: { 'Town Net': 1_000 } }),
      ...alike(10, { region: 'XX-T-EAST', provider: 'Rival', reachedBy: { 'Town Net': 1_000 } }),
      // They pay less today than anybody offers them.
      ...alike(14, { region: 'XX-T-HILL', provider: '', monthly: '25.00', reachedBy: { Rival: 1_000 } }),
      ...alike(11, { region: 'XX-T-FAR', provider: '', monthly: '25.00', reachedBy: {} }),
    ]);
    const json = join(folder, 'valley.json');
    const story = ['--data', town, '--json', json, '--format', 'sealed'];
    const first = demo(...story);
    await heard(first, 'Too few accepted for Rival');
    first.child.kill('SIGINT');
    expect(await first.ended).toBe(130);

    const again = demo(...story);
    expect(await again.ended).toBe(0);
    const told = said(again);
    expect(told.replace(/\s+/g, ' ')).toMatch(
      /Continental Broadband \(invented\) seals two tariffs, of which at most one can win: .* half of it, 33 lines or more\./,
    );
    expect(told).toMatch(/Nobody serves 14 lines in XX-T-HILL: at the [\d.]+ USD a month that (Rival|Continental)/);
    expect(told).toMatch(/Nobody serves 11 lines in XX-T-FAR: at the [\d.]+ USD a month that Continental/);
    expect(told).toContain('All of it is as it must be.');
    const figures = JSON.parse(readFileSync(json, 'utf8')) as Figures;
    expect(figures).toMatchObject({
      bids: 3,
      lines,
      allocatedLines: lines,
      unservedLines: 25,
      offeredLines: 40,
      acceptedLines: 40,
      contractLines: 40,
      presentMonthlyMinor: 40 * 6_000,
      trialBalanceMinor: 0,
    });
    expect(figures.paidMinor).toBe(figures.invoicedMinor);
    expect(figures.payableToProvidersMinor + figures.platformFeeMinor + figures.taxMinor).toBe(figures.invoicedMinor);
  }, 300_000);

  it('has the nationwide provider serve whom no other reaches, at less than they pay alone', async () => {
    const town = join(folder, 'moor');
    const { lines } = writeShops(town, [
      ...alike(20, { region: 'XX-T-EAST', provider: 'Town Net', reachedBy: { 'Town Net': 1_000 } }),
      ...alike(10, { region: 'XX-T-FAR', provider: 'Town Net', ceiling: '60.00', reachedBy: {} }),
    ]);
    const json = join(folder, 'moor.json');
    const run = demo('--data', town, '--json', json);
    expect(await run.ended).toBe(0);
    const figures = JSON.parse(readFileSync(json, 'utf8')) as Figures;
    expect(figures).toMatchObject({ bids: 2, winners: 2, unservedLines: 0, offeredLines: lines, contractLines: lines });
  }, 200_000);

  it('ends with a sentence when nobody can be served at what its members would pay', async () => {
    const town = join(folder, 'desert');
    const { lines } = writeShops(
      town,
      alike(12, { region: 'XX-T-FAR', provider: 'Town Net', ceiling: '30.00', reachedBy: { 'Town Net': 100 } }),
    );
    writeFileSync(join(town, 'coverage.csv'), 'site_ref,provider,max_down_mbps\nelsewhere,Town Net,100\n');
    const json = join(folder, 'desert.json');
    const run = demo('--data', town, '--json', json);
    expect(await run.ended).toBe(0);
    expect(said(run)).toContain('No line is contracted: nobody could serve any');
    const figures = JSON.parse(readFileSync(json, 'utf8')) as Figures;
    expect(figures).toMatchObject({
      bids: 1,
      allocatedLines: lines,
      unservedLines: lines,
      offeredLines: 0,
      contractLines: 0,
      settledMonthlyMinor: 0,
      invoicedMinor: 0,
    });
  }, 200_000);
});
