/** Who does a deed: a person acting for an organisation, or the system itself when time or an event makes it act. */

export type OrganisationKind = 'member' | 'association' | 'provider' | 'agency';

export type Role = 'owner' | 'manager' | 'bidder' | 'officer' | 'approver' | 'auditor' | 'admin';

export interface Actor {
  /** null for the system */
  readonly personId: string | null;
  readonly personName: string;
  /** null for the system */
  readonly organisationId: string | null;
  readonly organisationKind: OrganisationKind | null;
  readonly roles: readonly Role[];
  /** the caller's network address, for signatures and the audit log */
  readonly address: string | null;
  readonly requestId: string | null;
  /** the Idempotency-Key of the command; null for deeds of the system, which are idempotent by state */
  readonly idempotencyKey: string | null;
}

/** The actor of a deed that happens by itself; `what` names the job. */
export function systemActor(what: string): Actor {
  return {
    personId: null,
    personName: `system: ${what}`,
    organisationId: null,
    organisationKind: null,
    roles: [],
    address: null,
    requestId: null,
    idempotencyKey: null,
  };
}
