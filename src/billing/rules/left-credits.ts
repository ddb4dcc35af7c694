/**
 * What is left of a line's service credits when it is not charged any more, because it ended or is suspended, is deducted
 * from the member's other lines of the same agreement: what was promised by the same provider.
 */
import type { Month } from '../../kernel/calendar.js';
import type { Minor } from '../../kernel/money.js';
import { invalid, refuse, type Refusal } from '../../kernel/refusal.js';
import { type Charge, deductionsOf, type LineFacts, type ServiceCredit, sumOf } from './charges.js';

export interface CreditedLine extends Pick<LineFacts, 'line' | 'price' | 'credits'> {
  readonly number: string;
  readonly agreementId: string;
}

export interface Charged<L extends CreditedLine> {
  readonly line: L;
  readonly charges: readonly Charge[];
}

/** The same lines, with what is left of the credits of those that are not charged deducted from the others. */
export function withLeftCredits<L extends CreditedLine>(lines: readonly Charged<L>[], month: Month): Charged<L>[] {
  const all = lines.map(({ line, charges }) => ({ line, charges: [...charges] }));
  for (const { line: idle } of lines.filter(({ line, charges }) => charges.length === 0 && line.credits.length > 0)) {
    let { credits } = idle;
    for (const { line, charges } of all) {
      if (charges.length === 0 || line.agreementId !== idle.agreementId) continue;
      const deductions = deductionsOf({ ...idle, credits }, sumOf(charges), month);
      credits = usedBy(deductions, credits);
      charges.push(...deductions.map((each) => ({ ...each, text: `${each.text} (${idle.number})` })));
    }
  }
  return all;
}

function usedBy(deductions: readonly Charge[], credits: readonly ServiceCredit[]): ServiceCredit[] {
  return credits.map((credit) => {
    const deduction = deductions.find(({ creditId }) => creditId === credit.creditId);
    if (!deduction) return credit;
    return { ...credit, earlier: { worth: deduction.unit, used: (credit.earlier?.used ?? 0n) - deduction.minor } };
  });
}

/** Why what is left of a credit cannot be settled by this amount; null when it can. */
export function whyNotSettle(
  left: { readonly worth: Minor | null; readonly used: Minor },
  minor: Minor,
): Refusal | null {
  const rest = (left.worth ?? 0n) - left.used;
  if (minor === rest) return null;
  const reason = `must be ${rest}, which is all that credit notes cannot give back of it`;
  return invalid('left-credit.amount', `minor ${reason}.`, [{ path: 'minor', reason }]);
}

/** The refusal to pay out by hand what credit notes return. */
export function givenBack(): Refusal {
  return refuse(
    'left-credit.given-back',
    'Credit notes can give back all that is left of it, and do so when the next month begins: there is nothing to pay out.',
    { kind: 'conflict' },
  );
}
