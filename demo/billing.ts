/** A month's bills: the run is planned by itself, looked at, started by an officer; members pay, providers are paid. */
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { daysLater, dayStart } from '../src/kernel/calendar.js';
import { formatMoney } from '../src/kernel/money.js';
import type { Settled } from './contracting.js';
import { type Play, passTo, until } from './play.js';

export interface RunTotals {
  readonly invoices: number;
  readonly monthlyMinor: number;
  readonly setupMinor: number;
  readonly creditsMinor: number;
  readonly netMinor: number;
  readonly taxMinor: number;
  readonly totalMinor: number;
  readonly feeMinor: number;
  readonly payableMinor: number;
  readonly activationMinor: number;
}

export interface Run {
  readonly id: string;
  readonly month: string;
  readonly state: string;
  readonly progress: { readonly members: number; readonly membersDone: number; readonly invoices: number };
  readonly preview: RunTotals | null;
  readonly totals: RunTotals | null;
}

export interface RunAgreement {
  readonly agreementId: string;
  readonly number: string;
  readonly lines: number;
  readonly linesBefore: number | null;
  readonly band: number;
  readonly bandFrom: number;
  readonly previousBand: number;
  readonly previousBandFrom: number;
  readonly netMinor: number;
}

export interface MonthBilled {
  readonly run: Run;
  readonly totals: RunTotals;
  readonly agreements: readonly RunAgreement[];
}

/** Days after the month in which the bills are made, and in which members have paid. */
const RUN_DAY = 2;
const PAID_DAY = 12;

/** What the agency bills by: a fee that providers pay, the tax, and a part of each payout that is kept for a while. */
export async function setTerms(play: Play): Promise<void> {
  const { officer } = play.cast;
  const path = `/api/v1/billing/terms/${play.input.currency}`;
  const { version } = await officer.get<{ version: number }>(path);
  if (version > 0) return;
  const terms = { feeBp: 150, taxBp: 1_000, dueDays: 14, depositMinor: 0, reserveBp: 500, reserveDays: 20 };
  await officer.put(path, terms, version);
}

/** Bills a month that is over, and has it paid. */
export async function billMonth(play: Play, month: string, settled: readonly Settled[]): Promise<MonthBilled> {
  const after = firstDayAfter(month);
  await passTo(play, dayStart(daysLater(after, RUN_DAY - 1)));
  const run = await issue(play, month);
  const { totals } = run;
  if (totals === null) throw new Error(`the run of ${month} has no totals`);
  const agreements: RunAgreement[] = [];
  for await (const each of play.cast.officer.all<RunAgreement>(`/api/v1/billing/runs/${run.id}/agreements`)) {
    agreements.push(each);
  }
  tellRun(play, run, totals);
  await passTo(play, dayStart(daysLater(after, PAID_DAY - 1)));
  await collect(play, run, daysLater(after, PAID_DAY - 2));
  await payOut(play, month, settled);
  return { run, totals, agreements };
}

/** The first day of the month after. */
export function firstDayAfter(month: string): string {
  return daysLater(`${month}-28`, 4).slice(0, 8) + '01';
}

async function issue(play: Play, month: string): Promise<Run> {
  const { officer } = play.cast;
  const { story } = play;
  const planned = await story.waiting(
    `${month} is over: its bills are worked out by themselves, and wait for an officer to look at them`,
    until(
      async () => {
        for await (const run of officer.all<Run>(`/api/v1/billing/runs?currency=${play.input.currency}`)) {
          if (run.month === month) return run;
        }
        return null;
      },
      (run) => run !== null && run.state !== 'planned',
    ),
  );
  if (planned === null) throw new Error(`no run of ${month}`);
  const read = async (): Promise<Run> => officer.get<Run>(`/api/v1/billing/runs/${planned.id}`);
  await officer.post(`/api/v1/billing/runs/${planned.id}/start`, {}, `demo-run-${planned.id}`);
  const first = await until(read, (run) => run.state === 'issued' || run.progress.members > 0);
  const bar = story.progress('invoices are written', first.progress.members, 'members');
  const run = await until(
    async () => {
      const now = await read();
      bar.to(now.progress.membersDone);
      return now;
    },
    ({ state }) => state === 'issued',
  );
  bar.end();
  return run;
}

function tellRun({ story }: Play, { month }: Run, totals: RunTotals): void {
  const rows: [string, number][] = [
    ['lines, by the days on which they worked', totals.monthlyMinor],
    ['set-up, once', totals.setupMinor],
    ['credited for what was promised and not kept', -totals.creditsMinor],
    ['tax', totals.taxMinor],
    ['invoices altogether', totals.totalMinor],
    ['of it for the providers', totals.payableMinor],
    ['of it for running the platform', totals.feeMinor],
  ];
  story.table(
    [`${month}: ${story.count(totals.invoices)} invoices`, 'amount'],
    rows.filter(([, minor]) => minor !== 0).map(([what, minor]) => [what, story.money(minor)]),
  );
}

interface Invoice {
  readonly id: string;
  readonly memberId: string;
  readonly number: string;
  readonly totalMinor: number;
}

/** Every member transfers what it owes; the officer hands in the bank's statement. */
async function collect(play: Play, run: Run, day: string): Promise<void> {
  const { officer } = play.cast;
  const { story, input } = play;
  const sheet = join(play.out, `bank-${run.month}.csv`);
  const last: { invoice: Invoice | null } = { invoice: null };
  const bar = story.progress('members transfer what they owe', run.progress.invoices, 'invoices');
  async function* bookings(): AsyncIterable<readonly string[]> {
    let at = 0;
    for await (const invoice of officer.all<Invoice>(`/api/v1/invoices?runId=${run.id}`)) {
      at += 1;
      bar.to(at);
      if (last.invoice === null || invoice.memberId > last.invoice.memberId) last.invoice = invoice;
      const amount = formatMoney(BigInt(invoice.totalMinor), input.currency);
      if (invoice.totalMinor > 0) yield [`${run.month}-${at}`, day, amount, input.currency, `for ${invoice.number}`];
    }
  }
  await pipeline(
    Readable.from(bookings()),
    stringify({ header: true, columns: ['reference', 'booked_on', 'amount', 'currency', 'text'] }),
    createWriteStream(sheet),
  );
  bar.end();
  // Invoices are asked for member after member, by their ids: when the last one's can be paid, all can.
  await until(
    () => officer.get<object>(`/api/v1/collections/${last.invoice?.id ?? ''}`).catch(() => null),
    (collection) => collection !== null,
  );
  const statement = (): AsyncIterable<string> => createReadStream(sheet, { encoding: 'utf8' }) as AsyncIterable<string>;
  const answer = await story.waiting(
    'the statement of the bank is read, and each payment finds its invoice',
    officer.postCsv<{ rows: number; matched: number }>(
      '/api/v1/payments/bank-statements',
      statement,
      `demo-bank-${run.id}`,
      () => {},
    ),
  );
  story.say(`${story.count(answer.matched)} of ${story.count(answer.rows)} payments name their invoice: it is paid.`);
}

interface Payout {
  readonly id: string;
  readonly providerId: string;
  readonly number: string;
  readonly state: string;
  readonly claimsMinor: number;
  readonly reserveMinor: number;
  readonly paidMinor: number;
}

/** Each provider gets what its members have paid, less the fee and a part that is kept for a while. */
async function payOut(play: Play, month: string, settled: readonly Settled[]): Promise<void> {
  const { officer } = play.cast;
  const { story } = play;
  const providers = new Map(settled.map(({ agreement }) => [agreement.providerId, agreement.providerName]));
  const rows: string[][] = [];
  for (const [providerId, name] of [...providers].sort(([, a], [, b]) => (a < b ? -1 : 1))) {
    const key = `${month}-${providerId}`;
    const proposed = await officer.post<{ id: string }>(
      '/api/v1/payouts',
      { providerId, currency: play.input.currency },
      `demo-payout-${key}`,
    );
    await officer.post(
      `/api/v1/payouts/${proposed.id}/pay`,
      { bankReference: `transfer ${key.slice(0, 20)}` },
      `demo-pay-${key}`,
    );
    const payout = await officer.get<Payout>(`/api/v1/payouts/${proposed.id}`);
    rows.push([
      name,
      payout.number,
      ...[payout.claimsMinor, payout.reserveMinor, payout.paidMinor].map((minor) => story.money(minor)),
    ]);
  }
  story.table(['provider', 'payout', 'paid by its members', 'kept for a while', 'transferred'], rows);
}
