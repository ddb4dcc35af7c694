import type { Charging } from './charging.js';
import type { Shape } from './params.js';
import type { Store } from './store.js';

/** What a route works with. */
export interface Ground {
  readonly store: Store;
  readonly charging: Charging;
}

// The inputs of a route are what its own shape reads; naming them twice would prove nothing more.
// oxlint-disable-next-line typescript/no-explicit-any
export type Given = any;

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly shape: Shape;
  /** what the member's browser gives beside, with the publishable key: Stripe.js knows it, the library for servers does not */
  readonly browserShape?: Shape;
  /** what may be expanded in its answer */
  readonly expands?: readonly string[];
  /** Does it, and answers with an object, or with the rows of a list in `rows`. */
  readonly run: (ground: Ground, input: Given, ids: Readonly<Record<string, string>>) => object;
}

/** The rows of a list, the latest first, of which a page is shown. */
export interface Rows {
  readonly rows: readonly { readonly id: string }[];
}
