/** How the routes of people and invitations treat what belongs to others. */
import type { Someone, System } from '../support/system.js';
import { type Sides, type Treatments, type Unknown, unknown } from './treatment.js';
import type { TwoSides } from './two-sides.js';

/** Whoever lets people in, of each kind of organisation, and a stranger of the same kind. */
function lettingIn(m: TwoSides, otherAdmin: Someone): Record<'owner' | 'manager' | 'bidder' | 'admin', Sides> {
  return {
    owner: { owner: m.shop, stranger: m.otherShop },
    manager: { owner: m.chamber, stranger: m.otherChamber },
    bidder: { owner: m.provider, stranger: m.otherProvider },
    admin: { owner: m.admin, stranger: otherAdmin },
  };
}

/** Those that let people in are each the last of their organisation, so that they stay. */
export function people(m: TwoSides, otherAdmin: Someone): Treatments {
  return Object.fromEntries(
    Object.entries(lettingIn(m, otherAdmin)).map(([role, sides]) => [
      role,
      unknown(sides, { ids: { id: sides.owner.personId, role } }),
    ]),
  );
}

/** Each owes the other something. */
export async function invitations(system: System, m: TwoSides): Promise<Treatments> {
  const found: [string, Unknown[]][] = [];
  for (const [role, sides] of Object.entries(lettingIn(m, await system.someone('admin')))) {
    const person = { email: `${role}@invited.example`, name: 'Kim', roles: [role] };
    const { id } = (await sides.owner.post('/api/v1/invitations', person).expect(201)).body as { id: string };
    found.push([role, unknown(sides, { ids: { id } })]);
  }
  return Object.fromEntries(found);
}
