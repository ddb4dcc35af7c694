/** How many may watch at once: a stream holds a connection and memory for as long as it lasts. */
import { type Refusal, refuse } from '../kernel/refusal.js';

export const STREAMS_PER_SESSION = 6;
/** of people who are not signed in: a whole office can stand behind one address */
export const STREAMS_PER_ADDRESS = 50;
export const STREAMS_PER_PROCESS = 1_000;

export class FeedPlaces {
  private readonly taken = new Map<string, number>();
  private total = 0;

  /**
   * Takes a place.
   * @param token of the session; null for somebody who is not signed in
   * @returns what gives it back, once
   * @throws Refusal 'feed.full', 'feed.too-many'
   */
  take(token: string | null, address: string): () => void {
    if (this.total >= STREAMS_PER_PROCESS) throw full();
    const [who, most] = token === null ? [`at ${address}`, STREAMS_PER_ADDRESS] : [`by ${token}`, STREAMS_PER_SESSION];
    const present = this.taken.get(who) ?? 0;
    if (present >= most) throw tooMany(most, token !== null);
    this.taken.set(who, present + 1);
    this.total += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.total -= 1;
      const left = (this.taken.get(who) ?? 1) - 1;
      if (left === 0) this.taken.delete(who);
      else this.taken.set(who, left);
    };
  }
}

function full(): Refusal {
  return refuse('feed.full', 'As many people watch as this server can serve. Try again in a minute.', {
    kind: 'unavailable',
  });
}

function tooMany(most: number, signedIn: boolean): Refusal {
  const whose = signedIn ? 'from one session' : 'from your network address without signing in';
  return refuse('feed.too-many', `At most ${most} streams are open at once ${whose}. Close one of them first.`, {
    kind: 'too-many',
  });
}
