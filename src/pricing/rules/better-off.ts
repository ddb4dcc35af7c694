/**
 * The better-off test: what an offer means against what the member pays today, in money over the term, said plainly,
 * also when staying is better. It counts money only; a faster line is the member's own judgement.
 */
import { formatMoney, type Minor } from '../../kernel/money.js';

export interface OfferFacts {
  readonly quantity: number;
  readonly termMonths: number;
  readonly currency: string;
  /** what a line costs the member a month today; null when the member did not say */
  readonly presentMonthly: Minor | null;
  /** one-off, for leaving the present contract with all these lines; null when the member stated none */
  readonly exitFee: Minor | null;
  /** the binding price of a line a month: it can only become less */
  readonly atMostMonthly: Minor;
  /** the price of a line a month when everybody who is asked accepts; not above `atMostMonthly` */
  readonly expectedMonthly: Minor;
  /** one-off, per line */
  readonly setup: Minor;
  /** what such a line costs a month without the pool; null when unknown */
  readonly openMarketMonthly: Minor | null;
}

/**
 * better-off: the member saves even at the at-most price. stay: it saves nothing even at the expected price.
 * unknown: the present bill is not known, or whether it saves depends on how many others accept.
 */
export type Verdict = 'better-off' | 'stay' | 'unknown';

/** All amounts are for all lines of the offer. */
export interface BetterOff {
  readonly verdict: Verdict;
  readonly presentMonthly: Minor | null;
  readonly atMostMonthly: Minor;
  readonly expectedMonthly: Minor;
  readonly openMarketMonthly: Minor | null;
  /** set-up of all lines and the exit fee */
  readonly oneOff: Minor;
  /** over the term, one-off costs deducted; negative: the offer costs more; null: the present bill is not known */
  readonly savingAtMost: Minor | null;
  readonly savingExpected: Minor | null;
  /** over the term, against buying the same lines alone on the open market, at the at-most price */
  readonly savingOnOpenMarket: Minor | null;
  /** the dearest price of a line a month at which the offer still saves something; null: there is none, or unknown */
  readonly savesUpToMonthly: Minor | null;
  /** for the member, with amounts */
  readonly sentence: string;
}

/** Compares one offer with the member's present bill and with the open market. */
export function betterOff(offer: OfferFacts): BetterOff {
  const lines = BigInt(offer.quantity);
  const lineMonths = lines * BigInt(offer.termMonths);
  const setups = offer.setup * lines;
  const oneOff = setups + (offer.exitFee ?? 0n);
  const saving = (from: Minor | null, to: Minor, costs: Minor) =>
    from === null ? null : (from - to) * lineMonths - costs;
  const savingAtMost = saving(offer.presentMonthly, offer.atMostMonthly, oneOff);
  const savingExpected = saving(offer.presentMonthly, offer.expectedMonthly, oneOff);
  const figures = {
    verdict: verdictOf(savingAtMost, savingExpected),
    presentMonthly: offer.presentMonthly === null ? null : offer.presentMonthly * lines,
    atMostMonthly: offer.atMostMonthly * lines,
    expectedMonthly: offer.expectedMonthly * lines,
    openMarketMonthly: offer.openMarketMonthly === null ? null : offer.openMarketMonthly * lines,
    oneOff,
    savingAtMost,
    savingExpected,
    // who buys alone leaves the present contract too: its exit fee is no difference, the set-up is counted against us
    savingOnOpenMarket: saving(offer.openMarketMonthly, offer.atMostMonthly, setups),
    savesUpToMonthly: savesUpTo(offer.presentMonthly, lineMonths, oneOff),
  };
  return { ...figures, sentence: sentenceOf(offer, figures) };
}

function verdictOf(atMost: Minor | null, expected: Minor | null): Verdict {
  if (atMost === null || expected === null) return 'unknown';
  if (atMost > 0n) return 'better-off';
  return expected > 0n ? 'unknown' : 'stay';
}

function savesUpTo(presentMonthly: Minor | null, lineMonths: bigint, oneOff: Minor): Minor | null {
  if (presentMonthly === null || lineMonths <= 0n) return null;
  const budget = presentMonthly * lineMonths - oneOff - 1n;
  return budget < 0n ? null : budget / lineMonths;
}

function sentenceOf(offer: OfferFacts, figures: Omit<BetterOff, 'sentence'>): string {
  const money = (minor: Minor) => `${formatMoney(minor, offer.currency)} ${offer.currency}`;
  const { presentMonthly, savingAtMost, savingExpected, savingOnOpenMarket } = figures;
  const term = offer.termMonths === 1 ? 'one month' : `${offer.termMonths} months`;
  const fixed = figures.atMostMonthly === figures.expectedMonthly;
  const bill = fixed
    ? `${money(figures.atMostMonthly)} a month`
    : `${money(figures.atMostMonthly)} a month at most, ${money(figures.expectedMonthly)} if everybody accepts`;
  const fees = [
    ...(offer.setup > 0n ? [`${money(offer.setup * BigInt(offer.quantity))} for set-up`] : []),
    ...(offer.exitFee !== null && offer.exitFee > 0n ? [`${money(offer.exitFee)} to leave your present contract`] : []),
  ];
  const once = fees.length > 0 ? `, plus once ${fees.join(' and ')}` : '';
  const market = figures.openMarketMonthly === null ? '' : openMarketSentence(money, figures, term, savingOnOpenMarket);
  if (presentMonthly === null || savingAtMost === null || savingExpected === null) {
    return (
      `We do not know your present bill, so compare it yourself: your ${linesOf(offer.quantity)} would cost ${bill}${once}.` +
      market
    );
  }
  const compared = `you pay ${money(presentMonthly)} a month now, and with this offer ${bill}${once}.`;
  switch (figures.verdict) {
    case 'better-off':
      return (
        `You are better off with this offer: over ${term} you save at least ${money(savingAtMost)}` +
        `${fixed ? '' : `, ${money(savingExpected)} if everybody accepts`}; ${compared}${market}`
      );
    case 'stay':
      return (
        `You are better off staying where you are: over ${term} this offer ${moreOrSame(money, savingExpected)} ` +
        `even if everybody accepts; ${compared}${market}`
      );
    case 'unknown': {
      const upTo = figures.savesUpToMonthly;
      const advice = upTo === null ? '' : ` To be sure, accept up to ${money(upTo)} a month per line.`;
      return (
        `It depends on how many accept: over ${term} you save ${money(savingExpected)} if everybody does, but at the ` +
        `at-most price this offer ${moreOrSame(money, savingAtMost)}; ${compared}${advice}${market}`
      );
    }
  }
}

function moreOrSame(money: (minor: Minor) => string, saving: Minor): string {
  return saving === 0n ? 'saves you nothing' : `costs you ${money(-saving)} more`;
}

function openMarketSentence(
  money: (minor: Minor) => string,
  figures: Omit<BetterOff, 'sentence'>,
  term: string,
  saving: Minor | null,
): string {
  if (figures.openMarketMonthly === null || saving === null) return '';
  const versus = saving > 0n ? `${money(saving)} more` : saving < 0n ? `${money(-saving)} less` : 'the same';
  return ` On the open market it would cost ${money(figures.openMarketMonthly)} a month, ${versus} over ${term}.`;
}

function linesOf(quantity: number): string {
  return quantity === 1 ? 'line' : `${quantity} lines`;
}
