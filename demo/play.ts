/** What all acts of the demonstration share. */
import { pause } from '../src/platform/patience.js';
import type { Cast } from './cast.js';
import type { DemoInput } from './input.js';
import type { Story } from './story.js';

const SHORTEST_REST_MILLIS = 150;
const LONGEST_REST_MILLIS = 2_000;

export interface Play {
  readonly base: string;
  readonly input: DemoInput;
  readonly story: Story;
  readonly cast: Cast;
  /** folder for the files that the story leaves behind */
  readonly out: string;
  /** when the story began */
  readonly begunAt: Date;
}

/** Moves the development clock to an instant; everything due until then happens in the system by itself. */
export async function passTo(play: Play, instant: string | Date): Promise<void> {
  const to = new Date(instant).toISOString();
  await play.cast.admin.post('/api/v1/clock/advance', { to }, `demo-clock-${to}`);
}

export async function now(play: Play): Promise<Date> {
  return new Date((await play.cast.admin.get<{ now: string }>('/api/v1/clock')).now);
}

/**
 * Asks until the answer satisfies; a demonstration waits as long as its system makes progress, with a limit. The longer
 * it has waited, the longer it rests between two questions: asking takes time from what is waited for.
 */
export async function until<T>(
  ask: () => Promise<T>,
  satisfied: (answer: T) => boolean,
  limitSeconds = 900,
): Promise<T> {
  const began = performance.now();
  for (;;) {
    const answer = await ask();
    if (satisfied(answer)) return answer;
    const waited = performance.now() - began;
    if (waited > limitSeconds * 1_000) throw new Error(`it did not happen within ${limitSeconds} seconds`);
    await pause(Math.min(LONGEST_REST_MILLIS, Math.max(SHORTEST_REST_MILLIS, waited / 5)));
  }
}

export function days(n: number): number {
  return n * 86_400_000;
}
