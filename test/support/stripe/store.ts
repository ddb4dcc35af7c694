/** What the model remembers: objects by id, and an event of each change. */
import { missing } from './errors.js';

/** One of Stripe's objects. Names that begin with "_" are the model's own and are never shown. */
export interface Thing {
  id: string;
  object: string;
  // The model holds many kinds of objects; their shapes are Stripe's and checked by Stripe's own types in the tests.
  // oxlint-disable-next-line typescript/no-explicit-any
  [name: string]: any;
}

export interface ModelEvent extends Thing {
  type: string;
  created: number;
  data: { object: unknown };
  account?: string;
}

export const API_VERSION = '2026-10-28.endive';

const PREFIX: Readonly<Record<string, string>> = {
  customer: 'cus',
  setup_intent: 'seti',
  payment_method: 'pm',
  payment_intent: 'pi',
  charge: 'ch',
  refund: 're',
  dispute: 'du',
  invoice: 'in',
  invoiceitem: 'ii',
  invoice_payment: 'inpay',
  account: 'acct',
  transfer: 'tr',
  transfer_reversal: 'trr',
  event: 'evt',
  balance_transaction: 'txn',
  payout: 'po',
  topup: 'tu',
};

/** What these kinds of objects have not, unlike all others. */
const LACKS: Readonly<Record<string, readonly string[]>> = {
  account: ['livemode'],
  invoiceitem: ['created'],
  refund: ['livemode'],
  transfer_reversal: ['livemode'],
  balance_transaction: ['livemode'],
};

/** The least that is charged: of most currencies some 50 cents. */
export function leastOf(currency: string): number {
  return currency === 'krw' ? 500 : 50;
}

export class Store {
  private readonly things = new Map<string, Thing>();
  private readonly kinds = new Map<string, Thing[]>();
  private readonly happened: ModelEvent[] = [];
  private counted = 0;
  private ahead = 0;
  /** money by currency */
  readonly available = new Map<string, number>();
  readonly pending = new Map<string, number>();
  /** what is kept of each charge and of each dispute: nothing, unless a test says so */
  readonly fees = { bp: 0, fixed: 0, dispute: 0 };
  /** what happens by itself once its time has come */
  private readonly later: { at: number; soon: boolean; what: () => void }[] = [];

  constructor(
    private readonly salt: string,
    private readonly announced: (event: ModelEvent) => void,
  ) {}

  /** Seconds since 1970, by the model's own clock. */
  now(): number {
    return Math.floor(Date.now() / 1_000) + this.ahead;
  }

  /** Lets time pass at Stripe, and what was to happen meanwhile. */
  advance(seconds: number): void {
    this.ahead += seconds;
    for (;;) {
      const due = this.later.filter(({ at }) => at <= this.now()).sort((a, b) => a.at - b.at);
      const [next] = due;
      if (!next) return;
      this.later.splice(this.later.indexOf(next), 1);
      next.what();
    }
  }

  /** @param soon whether Stripe lets it happen within moments where it is only tested, as `soon` does */
  in(seconds: number, what: () => void, soon = true): void {
    this.later.push({ at: this.now() + seconds, soon, what });
  }

  /** Lets happen what Stripe lets happen within moments in its test mode, without any time passing. */
  soon(): void {
    for (const next of this.later.filter(({ soon }) => soon).sort((a, b) => a.at - b.at)) {
      this.later.splice(this.later.indexOf(next), 1);
      next.what();
    }
  }

  nextId(object: string): string {
    this.counted += 1;
    const number = this.counted.toString(36).padStart(6, '0');
    return object === 'account' ? `acct_${this.salt}${number}` : `${PREFIX[object] ?? 'obj'}_${this.salt}${number}`;
  }

  add(object: string, fields: Record<string, unknown>): Thing {
    const common = Object.entries({ livemode: false, created: this.now() });
    const has = Object.fromEntries(common.filter(([name]) => !LACKS[object]?.includes(name)));
    const thing: Thing = { id: this.nextId(object), object, ...has, ...fields };
    this.things.set(thing.id, thing);
    const kind = this.kinds.get(object);
    if (kind) kind.push(thing);
    else this.kinds.set(object, [thing]);
    return thing;
  }

  maybe(id: string): Thing | undefined {
    return this.things.get(id);
  }

  /** @param param which parameter named it; `id` when the path did */
  get(object: string, id: string, param = 'id'): Thing {
    const thing = this.things.get(id);
    if (thing?.object !== object) throw missing(object, id, param);
    return thing;
  }

  /** The latest first, as all lists of Stripe's are. */
  all(object: string): Thing[] {
    return (this.kinds.get(object) ?? []).toReversed();
  }

  events(): ModelEvent[] {
    return this.happened.toReversed();
  }

  /** Something happened to an object: as it is now, unlike the object, stays in the event. */
  emit(type: string, thing: Thing | { object: string }, account?: string): void {
    const event = {
      id: this.nextId('event'),
      object: 'event',
      api_version: API_VERSION,
      created: this.now(),
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type,
      data: { object: shown(thing as Thing) },
      ...(account === undefined ? {} : { account }),
    } as ModelEvent;
    this.happened.push(event);
    this.announced(event);
  }

  /** Moves money in or out of the balance, of which a fee is kept, and tells of it. */
  book(
    of: 'available' | 'pending',
    move: { currency: string; amount: number; fee?: number; type: string; source: string | null },
  ): Thing {
    const { currency, amount, fee = 0, type, source } = move;
    const details = {
      amount: fee,
      application: null,
      currency,
      description: 'Stripe processing fees',
      type: 'stripe_fee',
    };
    this.move(currency, of, amount - fee);
    return this.add('balance_transaction', {
      amount,
      currency,
      fee,
      fee_details: fee === 0 ? [] : [details],
      net: amount - fee,
      source,
      status: of,
      type,
    });
  }

  move(currency: string, of: 'available' | 'pending', amount: number): void {
    const balance = this[of];
    balance.set(currency, (balance.get(currency) ?? 0) + amount);
  }
}

/** An object as Stripe shows it, with what was asked to be expanded. */
export function shown(thing: Thing, expanding: readonly string[] = [], store?: Store): Record<string, unknown> {
  const copy = structuredClone(
    Object.fromEntries(
      Object.entries(thing).filter(
        ([name]) =>
          !name.startsWith('_') && (name !== 'payments' || expanding.some((path) => /^(data\.)?payments/.test(path))),
      ),
    ),
  ) as Record<string, unknown>;
  if (store) for (const path of expanding) expand(copy, path.split('.'), store);
  return copy;
}

function expand(at: Record<string, unknown>, [name, ...rest]: readonly string[], store: Store): void {
  if (name === undefined) return;
  const value = at[name];
  if (Array.isArray(value)) {
    for (const item of value as Record<string, unknown>[]) expand(item, rest, store);
  } else if (typeof value === 'string') {
    const thing = store.maybe(value);
    if (!thing) return;
    at[name] = shown(thing);
    expand(at[name] as Record<string, unknown>, rest, store);
  } else if (typeof value === 'object' && value !== null) {
    expand(value as Record<string, unknown>, rest, store);
  }
}

export function listOf(url: string, data: readonly unknown[], more = false): Record<string, unknown> {
  return { object: 'list', url, has_more: more, data };
}
