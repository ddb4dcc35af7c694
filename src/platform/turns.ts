/** A few at once, the others in turn: for work on which everybody waits when too much of it is done at the same time. */
import { refuse } from '../kernel/refusal.js';

export class Turns {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /**
   * @param atOnce so many are at work
   * @param patienceMillis whoever has waited this long is refused
   * @param busy says why: "Very many people are signing in"
   */
  constructor(
    private readonly atOnce: number,
    private readonly patienceMillis: number,
    private readonly busy: string,
  ) {}

  /** Does the work when it is its turn. @throws Refusal 'system.busy' when its turn does not come in time */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.atOnce) this.running += 1;
    else await this.turn();
    try {
      return await work();
    } finally {
      // The place is handed on, so that nobody who comes now gets in before who waits.
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }

  private turn(): Promise<void> {
    return new Promise((begin, giveUp) => {
      const mine = (): void => {
        clearTimeout(late);
        begin();
      };
      const late = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(mine), 1);
        giveUp(
          refuse('system.busy', `${this.busy} just now. Send it again in a few seconds.`, { kind: 'unavailable' }),
        );
      }, this.patienceMillis);
      this.waiting.push(mine);
    });
  }
}
