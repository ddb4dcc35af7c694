/** What members read when their price falls. */
import type { Month } from '../../kernel/calendar.js';
import type { Minor } from '../../kernel/money.js';
import { moneyText, numberText } from '../../contracts/rules/plain-text.js';

export interface LowerPrices {
  readonly number: string;
  readonly provider: string;
  readonly month: Month;
  readonly lines: number;
  /** the lines from which on the bands apply */
  readonly from: number;
  readonly fromBefore: number;
}

/** The letter in pieces: before, between and after the list of the member's own prices. */
export function lowerPricesLetter(of: LowerPrices): { subject: string; intro: string; end: string } {
  // A line that was contracted at a better price brings it to everybody as soon as it works, before those it counted do.
  const coming = of.lines < of.from ? ', and with those that are still to be installed the next price is reached' : '';
  return {
    subject: `Your price falls: ${numberText(of.lines)} lines work under ${of.number}`,
    intro:
      `More lines have joined the agreement ${of.number} with ${of.provider}: at the end of ${of.month}, ` +
      `${numberText(of.lines)} of them worked${coming}. The price from ${numberText(of.from)} lines on now holds for all of ` +
      `them, in place of that from ${numberText(of.fromBefore)} lines on. A month, each line costs, net of tax:\n\n`,
    end:
      `\n\nThis holds from the invoice for ${of.month} on. It comes by itself, and within the term the price does not ` +
      'rise again, whatever others do.\n',
  };
}

/** "fibre-1000 in Seoul: KRW 30,000 instead of KRW 31,000" */
export function pricePair(tier: string, lot: string, before: Minor, now: Minor, currency: string): string {
  return `  ${tier} in ${lot}: ${moneyText(now, currency)} instead of ${moneyText(before, currency)}`;
}
