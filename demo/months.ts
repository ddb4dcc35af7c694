/** Fourth act: the lines work, and two months are billed; between them more businesses join, and all pay less. */
import { daysLater, dayOf, dayStart, monthOf } from '../src/kernel/calendar.js';
import { billMonth, firstDayAfter, type MonthBilled, setTerms } from './billing.js';
import type { RoundClass, Settled } from './contracting.js';
import { joinLate, pricesNow } from './latecomers.js';
import { install } from './line-lists.js';
import { type Play, passTo } from './play.js';

export interface MoneyFigures {
  /** what the accepted lines cost in the first whole month, and in the second, when more had joined */
  readonly firstMonthMonthlyMinor: number;
  readonly secondMonthMonthlyMinor: number;
  readonly lateLines: number;
  readonly invoices: number;
  readonly invoicedMinor: number;
  readonly paidMinor: number;
  readonly payableToProvidersMinor: number;
  readonly paidToProvidersMinor: number;
  readonly platformFeeMinor: number;
  readonly taxMinor: number;
  /** all accounts of the ledger together: zero */
  readonly trialBalanceMinor: number;
}

interface Booked {
  readonly purpose: string;
  readonly debitMinor: number;
  readonly creditMinor: number;
}

interface TrialBalance {
  readonly rows: readonly Booked[];
  readonly totalMinor: number;
}

const JOIN_DAY = 4;
const LATE_WORKS_DAY = 9;

/** When nothing settled: there is nothing to install, and nobody to bill. */
export const NO_MONEY: MoneyFigures = {
  firstMonthMonthlyMinor: 0,
  secondMonthMonthlyMinor: 0,
  lateLines: 0,
  invoices: 0,
  invoicedMinor: 0,
  paidMinor: 0,
  payableToProvidersMinor: 0,
  paidToProvidersMinor: 0,
  platformFeeMinor: 0,
  taxMinor: 0,
  trialBalanceMinor: 0,
};

/** @param settled at least one agreement */
export async function twoMonths(play: Play, settled: readonly Settled[]): Promise<MoneyFigures> {
  const { story } = play;
  // Told from the rows and not from the clock, so that a story that was cut off goes on with the same days.
  const settledAt = new Date(Math.max(...settled.map(({ round }) => new Date(round.dueAt).getTime())));
  const worksOn = firstDayAfter(monthOf(dayOf(settledAt)));
  const first = monthOf(worksOn);
  const second = monthOf(firstDayAfter(first));
  await story.stage('installation', 'The lines are installed', async () => {
    await setTerms(play);
    await passTo(play, new Date(dayStart(worksOn).getTime() + 36_000_000));
    for (const { agreement } of settled) {
      const lines = await install(play, agreement, worksOn, `demo-install-${agreement.id}`);
      if (lines > 0)
        story.say(`${agreement.providerName} reports that its ${story.count(lines)} contracts work since ${worksOn}.`);
    }
  });
  const billed: MonthBilled[] = [];
  billed.push(await story.stage('firstMonth', 'The first invoices', () => billMonth(play, first, settled)));
  const firstMonthly = monthlySum(settled, (each) => each.settledMonthly ?? 0);
  const late = await story.stage('latecomers', 'Others join, and all pay less', async () => {
    const began = firstDayAfter(first);
    await passTo(play, dayStart(daysLater(began, PAID_AND_QUIET + JOIN_DAY)));
    const joined = await joinLate(play, settled, daysLater(firstDayAfter(second), 27));
    const { agreement } = joined.settled;
    const worksFrom = daysLater(began, PAID_AND_QUIET + LATE_WORKS_DAY);
    await passTo(play, new Date(dayStart(worksFrom).getTime() + 36_000_000));
    await install(play, agreement, worksFrom, `demo-install-late-${agreement.id}`);
    return joined;
  });
  const secondMonthly = await pricesOf(play, settled);
  billed.push(await story.stage('secondMonth', 'The second invoices', () => billMonth(play, second, settled)));
  tellMonths(play, settled, billed, secondMonthly);
  const sum = (of: (month: MonthBilled) => number): number => billed.reduce((total, month) => total + of(month), 0);
  const { rows, totalMinor } = await play.cast.officer.get<TrialBalance>(
    `/api/v1/ledger/trial-balance?currency=${play.input.currency}`,
  );
  const booked = (purpose: string): Booked =>
    rows.find((row) => row.purpose === purpose) ?? { purpose, debitMinor: 0, creditMinor: 0 };
  return {
    firstMonthMonthlyMinor: firstMonthly,
    secondMonthMonthlyMinor: secondMonthly.totalMinor,
    lateLines: late.lines,
    invoices: sum(({ totals }) => totals.invoices),
    invoicedMinor: sum(({ totals }) => totals.totalMinor),
    // As the ledger has booked it, on the other side of what the runs say.
    paidMinor: booked('bank').debitMinor,
    // What was kept of a payout for a while becomes payable a second time.
    payableToProvidersMinor: booked('payable').creditMinor - booked('reserve').debitMinor,
    paidToProvidersMinor: booked('bank').creditMinor,
    platformFeeMinor: booked('fee').creditMinor,
    taxMinor: booked('tax').creditMinor,
    trialBalanceMinor: totalMinor,
  };
}

/** The bills of a month are paid on the twelfth of the next. */
const PAID_AND_QUIET = 11;

function monthlySum(settled: readonly Settled[], price: (each: RoundClass) => number): number {
  return settled.reduce(
    (total, { classes }) => total + classes.reduce((sum, each) => sum + each.settledLines * price(each), 0),
    0,
  );
}

interface Prices {
  readonly totalMinor: number;
  /** key "agreement lot tier" */
  readonly byClass: ReadonlyMap<string, number>;
}

/** What the accepted lines cost a month by now. */
async function pricesOf(play: Play, settled: readonly Settled[]): Promise<Prices> {
  const byClass = new Map<string, number>();
  let totalMinor = 0;
  for (const { agreement, classes } of settled) {
    const now = await pricesNow(play, agreement);
    for (const one of classes) {
      const price = now.get(`${one.lot} ${one.tier}`) ?? 0;
      byClass.set(`${agreement.id} ${one.lot} ${one.tier}`, price);
      totalMinor += price * one.settledLines;
    }
  }
  return { totalMinor, byClass };
}

function tellMonths(play: Play, settled: readonly Settled[], billed: readonly MonthBilled[], prices: Prices): void {
  const { story, input } = play;
  const [first, second] = billed;
  if (!first || !second) return;
  const names = new Map(settled.map(({ agreement }) => [agreement.id, agreement.providerName]));
  story.table(
    ['agreement with', 'lines then', 'lines now', 'band then', 'band now'],
    second.agreements.map((each) => [
      names.get(each.agreementId) ?? each.number,
      story.count(each.linesBefore ?? 0),
      story.count(each.lines),
      `from ${story.count(each.previousBandFrom)}`,
      `from ${story.count(each.bandFrom)}`,
    ]),
  );
  for (const { code, name } of input.tiers) {
    const classes = settled.flatMap(({ agreement, ...one }) =>
      one.classes
        .filter((each) => each.tier === code)
        .map((each) => ({ ...each, now: prices.byClass.get(`${agreement.id} ${each.lot} ${each.tier}`) ?? 0 })),
    );
    const lines = classes.reduce((sum, each) => sum + each.settledLines, 0);
    if (lines === 0) continue;
    const mean = (of: (each: (typeof classes)[number]) => number): number =>
      Math.round(classes.reduce((sum, each) => sum + of(each) * each.settledLines, 0) / lines);
    const [then, now] = [mean((each) => each.settledMonthly ?? 0), mean((each) => each.now)];
    story.chart([
      {
        label: `${name}, on its own`,
        value: input.openMarket[code] ?? 0,
        note: story.money(input.openMarket[code] ?? 0),
      },
      { label: `in ${first.run.month}`, value: then, note: story.money(then) },
      {
        label: `in ${second.run.month}`,
        value: now,
        note: `${story.money(now)}  (${story.percent(then - now, then)} less)`,
      },
    ]);
  }
}
