/** Facts that capabilities announce, and how others listen. The one who announces never knows who listens. */
import { SetMetadata } from '@nestjs/common';

/** Something that happened: a dotted name in the past tense, and ids only. */
export interface Fact<P extends FactPayload> {
  readonly name: string;
  /** only for the compiler: what the fact carries */
  readonly payload?: P;
}

/** Ids and small numbers; content is read again from its rows by whoever listens. */
export type FactPayload = Readonly<Record<string, string | number | null>>;

const declared = new Map<string, Fact<FactPayload>>();

/**
 * Declares a fact in a capability's `*.events.ts`: `export const poolLocked = fact<{ poolId: string }>('pools.locked')`.
 * @throws Error when the name is taken
 */
export function fact<P extends FactPayload>(name: string): Fact<P> {
  if (declared.has(name)) throw new Error(`two facts are named ${name}`);
  const made: Fact<P> = { name };
  declared.set(name, made);
  return made;
}

/** The names of all facts that the loaded code declares. */
export function declaredFacts(): string[] {
  return [...declared.keys()];
}

/** The names of the facts that must have a listener, all that are declared; a part of the house is tried with its own. */
export const FACTS_TO_HEAR = 'pumasi:facts-to-hear';

export const ON_FACT = 'pumasi:on-fact';
export const WHEN_DUE = 'pumasi:when-due';

export interface OnFactOptions {
  /** unique name of the handler: "<capability>.<what it does>" */
  readonly name: string;
  /**
   * For work of seconds or minutes: the method gets only the payload, runs outside a transaction, opens deeds of its
   * own, and may run again after a crash. Otherwise the method gets (deed, payload) and runs exactly once in effect.
   */
  readonly long?: boolean;
  /** For work that comes in heaps and that nobody waits for: in the queue, whatever else is to be done goes first. */
  readonly patient?: boolean;
  /**
   * For long work that comes in heaps of hours: it does not go through the queue, whose places it would hold, but each
   * process does one piece of it after the other beside everything else.
   */
  readonly spare?: boolean;
}

export interface OnFactMetadata extends OnFactOptions {
  readonly fact: string;
}

/** Marks a method of a provider as listener of a fact. */
export function OnFact<P extends FactPayload>(to: Fact<P>, options: OnFactOptions): MethodDecorator {
  return SetMetadata(ON_FACT, { fact: to.name, ...options } satisfies OnFactMetadata);
}

export interface WhenDueOptions {
  /** unique name: "<capability>.<what happens>" */
  readonly name: string;
  /** a table with columns id, state and due_at */
  readonly table: string;
  /** the states in which due_at calls this method */
  readonly states: readonly string[];
}

/**
 * Marks a method (deed, id) as what happens when a row's due_at has passed by the database's clock. The row is locked
 * and was due when the method starts; the method must move its state or its due_at on.
 */
export function WhenDue(options: WhenDueOptions): MethodDecorator {
  return SetMetadata(WHEN_DUE, options);
}
