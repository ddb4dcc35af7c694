/** What a test does to requests on their way to Stripe: it has them fail, and counts those that were done. */
import { ModelError } from './errors.js';

/** How a request fails: nothing is done (`error`, `rate-limit`), or it is done and nobody hears of it (`reset`, `timeout`). */
export type Failing = 'error' | 'rate-limit' | 'reset' | 'timeout';

interface Fault {
  /** "POST /v1/transfers" */
  readonly route: string;
  readonly how: Failing;
  times: number;
}

export interface Call {
  readonly route: string;
  readonly key: string | null;
  /** was answered again, as the key was known */
  readonly replayed: boolean;
}

export class Wire {
  /** every request that came through, in order */
  readonly calls: Call[] = [];
  private readonly faults: Fault[] = [];

  /** The next requests of this route ("POST /v1/transfers") fail. */
  failNext(route: string, how: Failing, times = 1): void {
    this.faults.push({ route, how, times });
  }

  /** Nothing fails any more. */
  mend(): void {
    this.faults.length = 0;
  }

  /**
   * What becomes of the answer to a request that comes now.
   * @throws ModelError when the request is to fail before anything is done
   */
  fate(route: string): 'arrives' | 'reset' | 'timeout' {
    const fault = this.faults.find((each) => each.times > 0 && each.route === route);
    if (!fault) return 'arrives';
    fault.times -= 1;
    if (fault.how === 'error') throw new ModelError(500, { type: 'api_error', message: 'Something went wrong.' });
    if (fault.how === 'rate-limit') {
      throw new ModelError(429, { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests.' });
    }
    return fault.how;
  }

  /** How often a route was done in fact: repetitions of a key are answered without doing anything. */
  done(route: string): number {
    return this.calls.filter((call) => call.route === route && !call.replayed).length;
  }
}
