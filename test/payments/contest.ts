/** A member's money at Stripe that its bank contests, and what is read of it. */
import type { Someone } from '../support/system.js';
import { type AtStripe, withStripe } from './at-stripe.js';
import { issue, type Issued } from './issued.js';
import { type CollectionJson, collectionOf, type Sides, sides } from './paid-market.js';
import { hasMethod, tell } from './told.js';

export const EUR = 'EUR';

export interface RefundJson {
  readonly id: string;
  readonly minor: number;
  readonly state: string;
  readonly way: string;
}

export interface Contest {
  readonly at: AtStripe;
  /** of each test its own: an agency with one member and one provider, unless it takes others */
  all: Sides;
  readonly member: () => Someone;
  readonly share: (net: number) => { providerId: string; net: number };
  readonly issued: (net?: number) => Promise<Issued>;
  /** The member has a method, and is charged by it. */
  readonly invoiced: (token?: string) => Promise<Issued>;
  readonly read: (invoice: Issued) => Promise<CollectionJson>;
  /** All that Stripe has to tell is told three times, in some order, and what follows from it has happened. */
  readonly told: () => Promise<void>;
  /** The latest payment at Stripe of the member. */
  readonly intent: () => Promise<string>;
  readonly refunds: (filter?: string) => Promise<RefundJson[]>;
}

/** The same for all tests of a file; nothing that happens at Stripe is told before a test says so. */
export function contest(): Contest {
  const at = withStripe();
  const member = (): Someone => of.all.members[0] as Someone;
  const share = (net: number) => ({ providerId: of.all.provider.organisationId, net });
  const issued = async (net = 10_000): Promise<Issued> => {
    const wanted = [{ memberId: member().organisationId, shares: [share(net)] }];
    return (await issue(at.system, of.all.agencyId, '2026-02', wanted, EUR))[0] as Issued;
  };
  const of: Contest = {
    at,
    all: undefined as unknown as Sides,
    member,
    share,
    issued,
    invoiced: async (token = 'pm_card_visa') => {
      await hasMethod(at.system, at.asked, member().organisationId, token);
      return issued();
    },
    read: async ({ id }) => collectionOf(of.all.officer, id),
    told: async () => {
      await tell(at.system, at.asked.model, 3, 3);
      await at.system.settled();
    },
    intent: async () => {
      const rows: { id: string }[] = await at.system.source.query(
        'select stripe_id as id from stripe_customer where member_id = $1',
        [member().organisationId],
      );
      const latest = at.asked.model.store.all('payment_intent').find((each) => each['customer'] === rows[0]?.id);
      return latest?.id ?? '';
    },
    refunds: async (filter = '') =>
      ((await of.all.officer.get(`/api/v1/refunds?limit=200${filter}`).expect(200)).body as { items: RefundJson[] })
        .items,
  };
  beforeEach(async () => {
    of.all = await sides(at.system, 1, { currency: EUR });
    at.asked.model.deliveries.lose();
  });
  return of;
}
