/** A system that asks the tests' Stripe, and what people do with it. */
import type { Settings } from '../../src/platform/config/settings.js';
import { EitherStripe } from '../support/stripe/either.js';
import type { Someone } from '../support/system.js';
import { System } from '../support/system.js';
import { wrongInBooks } from './books.js';

export interface AtStripe {
  readonly asked: EitherStripe;
  readonly system: System;
}

/**
 * @param automatic whether the tests' Stripe tells at once what happens there, or when a test says so
 * @param settings those of the system beside where its Stripe is
 */
export async function atStripe({
  automatic = true,
  settings = {},
}: { automatic?: boolean; settings?: Partial<Settings> } = {}): Promise<AtStripe> {
  const asked = await EitherStripe.start();
  const system = await System.start({ ...asked.settings(), ...settings });
  asked.tells(system.url, automatic);
  return { asked, system };
}

export async function stopped({ asked, system }: AtStripe): Promise<void> {
  await system.stop();
  await asked.stop();
}

/**
 * The same for all tests of a file: what happens at Stripe is told when a test says so, and after each test the books must
 * agree. It is there once the tests run.
 */
export function withStripe(settings: Partial<Settings> = {}): AtStripe {
  let at: AtStripe;
  beforeAll(async () => {
    at = await atStripe({ automatic: false, settings });
  });
  afterEach(async () => {
    expect(await wrongInBooks(at.system)).toEqual([]);
  });
  afterAll(() => stopped(at));
  return {
    get asked() {
      return at.asked;
    },
    get system() {
      return at.system;
    },
  };
}

/** Begins to set up a method. @returns the SetupIntent's id */
export async function beginSetup(member: Someone): Promise<string> {
  const answer = await member.post('/api/v1/payment-methods/setup').expect(201);
  return (answer.body as { setupIntent: string }).setupIntent;
}

/** Sets up a method whole, without waiting for Stripe to tell of it. */
export async function withMethod({ asked }: AtStripe, member: Someone, token = 'pm_card_visa'): Promise<void> {
  const setupIntent = await beginSetup(member);
  await asked.confirm(setupIntent, token);
  await member.post('/api/v1/payment-methods/confirm', { setupIntent }).expect(200);
}

/** Waits until everything that was told has been applied, or given up. */
export async function applied({ system }: AtStripe, limitMillis = 60_000): Promise<void> {
  await system.settled(limitMillis);
}
