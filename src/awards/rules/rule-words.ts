/** The rules of an award in words, for those who know the tender and not the solver. */
import { formatMoney } from '../../kernel/money.js';
import type { AwardTender } from './award.js';

/** Names that are listed before they are only counted. */
const NAMED = 5;

interface Group {
  readonly lots: readonly string[];
  readonly minWinners?: number | null | undefined;
  readonly maxWinners?: number | null | undefined;
}

/** What a tender asks of its awards beside the lowest cost: because of it a lot may go to a dearer bid. A sentence each. */
export function ruleSentences(tender: Omit<AwardTender, 'lots'>): string[] {
  const { minWinners, maxWinners, maxShareBp, winnerGroups, budgetMinor, maxCostShareBp, currency } = tender;
  const money = budgetMinor === null ? '' : `${formatMoney(budgetMinor, currency)} ${currency}`;
  return [
    ...(minWinners === null || minWinners < 2 ? [] : [`At least ${winners(minWinners)} in the tender.`]),
    ...(maxWinners === null ? [] : [`At most ${winners(maxWinners)} in the tender.`]),
    ...winnerGroups.map((group) => `${capital(groupWords(group))}.`),
    ...(maxShareBp === null ? [] : [`No provider above ${percent(maxShareBp / 10_000)} of the lines.`]),
    ...(maxCostShareBp === null ? [] : [`No provider above ${percent(maxCostShareBp / 10_000)} of the cost.`]),
    ...(budgetMinor === null ? [] : [`All lines together for at most ${money} over the term.`]),
  ];
}

/** How many win within the lots of a group. */
export function groupWords({ lots, minWinners, maxWinners }: Group): string {
  const where = `in ${lots.length === 1 ? 'lot' : 'lots'} ${listed(lots.toSorted())}`;
  const [fewest, most] = [minWinners ?? null, maxWinners ?? null];
  if (fewest === null) return `at most ${winners(most ?? 0)} ${where}`;
  if (most === null) return `at least ${winners(fewest)} ${where}`;
  return fewest === most ? `${winners(fewest)} ${where}` : `${fewest} to ${winners(most)} ${where}`;
}

/** Several groups in one text. */
export function groupsWords(groups: readonly Group[]): string {
  return listed(groups.map(groupWords), '; ');
}

export function winners(count: number): string {
  return `${count} ${count === 1 ? 'winner' : 'winners'}`;
}

/** A part in percent, with as many digits as it has, at most two. */
export function percent(part: number): string {
  return `${Math.round(part * 10_000) / 100} %`;
}

function listed(names: readonly string[], between = ', '): string {
  const more = names.length - NAMED;
  const some = names.slice(0, NAMED).join(between);
  return more > 0 ? `${some} and ${more} more` : some;
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
