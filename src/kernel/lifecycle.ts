/**
 * A lifecycle is one readable table: state -> verb -> next state. The compiler knows its states and verbs, the
 * database holds the same states in a check constraint, and `lifecycleFaults` proves the table sound.
 */
import { refuse } from './refusal.js';

type Table = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A table whose every target is one of its own states. */
type Closed<T extends Table> = { readonly [S in keyof T]: { readonly [V in keyof T[S]]: keyof T & string } };

export interface Lifecycle<T extends Table> {
  readonly name: string;
  readonly initial: keyof T & string;
  readonly table: T;
}

/** The states of a lifecycle, as a union of strings: `type PoolState = StateOf<typeof poolLifecycle>`. */
export type StateOf<L> = L extends Lifecycle<infer T extends Table> ? keyof T & string : never;

/** The verbs of a lifecycle, as a union of strings. */
export type VerbOf<L> = L extends Lifecycle<infer T extends Table> ? VerbsOf<T> : never;

type VerbsOf<T extends Table> = { [S in keyof T]: keyof T[S] }[keyof T] & string;

/**
 * Declares a lifecycle.
 * @example lifecycle('pool', 'draft', { draft: { open: 'open' }, open: { lock: 'locked' }, locked: {} })
 */
export function lifecycle<const T extends Table>(
  name: string,
  initial: keyof T & string,
  table: T & Closed<T>,
): Lifecycle<T> {
  return { name, initial, table };
}

/** All states of a lifecycle, in the order of the table. */
export function statesOf<T extends Table>(l: Lifecycle<T>): (keyof T & string)[] {
  return Object.keys(l.table);
}

/** The state a verb leads to, or null when the verb does not apply in this state. */
export function nextState<T extends Table>(
  l: Lifecycle<T>,
  state: keyof T & string,
  verb: NoInfer<VerbsOf<T>>,
): (keyof T & string) | null {
  return l.table[state]?.[verb] ?? null;
}

/**
 * The state a verb leads to.
 * @throws Refusal `<name>.cannot-<verb>` when the verb does not apply in this state
 */
export function transition<T extends Table>(
  l: Lifecycle<T>,
  state: keyof T & string,
  verb: NoInfer<VerbsOf<T>>,
): keyof T & string {
  const next = nextState(l, state, verb);
  if (next === null) {
    const possible = Object.keys(l.table[state] ?? {});
    throw refuse(
      `${l.name}.cannot-${verb}`,
      `A ${l.name} that is ${state} cannot do "${verb}"; ` +
        (possible.length > 0 ? `possible now: ${possible.join(', ')}.` : 'it is at its end.'),
      { state, verb, possible },
    );
  }
  return next;
}

/** What is wrong with a table: states that nothing leads to. Empty when sound. (The compiler proves the targets.) */
export function lifecycleFaults<T extends Table>(l: Lifecycle<T>): string[] {
  const reached = new Set<string>([l.initial]);
  const queue: string[] = [l.initial];
  for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
    for (const target of Object.values(l.table[state] ?? {})) {
      if (!reached.has(target)) {
        reached.add(target);
        queue.push(target);
      }
    }
  }
  return Object.keys(l.table)
    .filter((state) => !reached.has(state))
    .map((state) => `${l.name}: nothing leads to ${state}`);
}
