/** What all acts of the demonstration share. */
import type { Cast } from './cast.js';
import type { DemoInput } from './input.js';
import type { Story } from './story.js';

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

/** Asks until the answer satisfies; a demonstration waits as long as its system makes progress, with a limit. */
export async function until<T>(
  ask: () => Promise<T>,
  satisfied: (answer: T) => boolean,
  limitSeconds = 900,
): Promise<T> {
  const limit = Date.now() + limitSeconds * 1_000;
  for (;;) {
    const answer = await ask();
    if (satisfied(answer)) return answer;
    if (Date.now() > limit) throw new Error(`it did not happen within ${limitSeconds} seconds`);
    await new Promise((resolve) => {
      setTimeout(resolve, 150);
    });
  }
}

export function days(n: number): number {
  return n * 86_400_000;
}
