/** The entries of a scenario board in the words of somebody who knows the tender and not the solver. */
import type { ProblemRules } from '../../allocation/rules/problem.js';
import type { ScenarioKind } from '../../allocation/rules/scenarios.js';
import { groupsWords, percent, winners } from './rule-words.js';

/**
 * @param rules those of the award's problem
 * @param nameOf providers' names by id
 */
export function wordsOf(
  { kind, about }: { readonly kind: ScenarioKind; readonly about: string },
  rules: ProblemRules,
  nameOf: (provider: string) => string,
): string {
  switch (kind) {
    case 'winners':
      return winnersWords(Number(about), rules.winners?.length ?? 0);
    case 'cap':
      return `No provider above ${percent(Number(about))} of the lines`;
    case 'without':
      return `Without ${nameOf(about)}`;
    case 'with':
      return `With ${nameOf(about)} among the winners`;
    case 'rule':
      return `What the rule "${ruleWords(about, rules, nameOf)}" costs`;
  }
}

function ruleWords(rule: string, rules: ProblemRules, nameOf: (provider: string) => string): string {
  switch (rule) {
    case 'minWinners':
      return `at least ${winners(rules.minWinners ?? 0)}`;
    case 'maxWinners':
      return `at most ${winners(rules.maxWinners ?? 0)}`;
    case 'maxShare':
      return `no provider above ${percent(rules.maxShare ?? 1)} of the lines`;
    case 'maxCostShare':
      return `no provider above ${percent(rules.maxCostShare ?? 1)} of the cost`;
    case 'groups':
      return groupsWords(rules.groups ?? []);
    case 'include':
      return `${(rules.include ?? []).map(nameOf).join(', ')} must win`;
    case 'exclude':
      return `${(rules.exclude ?? []).map(nameOf).join(', ')} must not win`;
    case 'award':
      return rules.award === 'lot' ? 'each lot to one provider' : 'each tier of a lot to one provider';
    default:
      return rule;
  }
}

/** @param already those that hold lines of the tender by other awards */
function winnersWords(most: number, already: number): string {
  if (already === 0) return `At most ${winners(most)}`;
  const present = already === 1 ? 'the one that holds' : `the ${already} that hold`;
  if (most === already) return `No winner beside ${present} lines already`;
  return `At most ${winners(most)}, with ${present} lines already`;
}
