/** The night on which Stripe's list is held against the inbox. */
import type { System } from '../support/system.js';

const LOOK_EVERY_MILLIS = 50;

/**
 * Lets the next one come, and waits until it is over and all that it found has been applied.
 * @returns its id
 */
export async function nightPasses(system: System, limitMillis = 60_000): Promise<string> {
  const [planned]: { id: string; due_at: Date }[] = await system.source.query(
    `select id, due_at from stripe_reconciliation where state = 'planned'`,
  );
  if (!planned) throw new Error('no night is planned: one is under way');
  await system.passTo(planned.due_at);
  for (let waited = 0; waited < limitMillis; waited += LOOK_EVERY_MILLIS) {
    const done: unknown[] = await system.source.query(
      `select from stripe_reconciliation where id = $1 and state = 'done'`,
      [planned.id],
    );
    if (done.length > 0) {
      await system.settled(limitMillis);
      return planned.id;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MILLIS));
  }
  throw new Error(`the night has not ended within ${limitMillis} ms`);
}
