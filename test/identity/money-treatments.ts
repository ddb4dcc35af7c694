/** How the routes of ledger and billing treat what belongs to others. */
import { randomUUID } from 'node:crypto';
import { accountOf, book, sale } from '../ledger/booked.js';
import type { System } from '../support/system.js';
import { type About, OVERSIGHT, same, type Treatments, unknown, WHY } from './treatment.js';
import type { TwoSides } from './two-sides.js';

const OF_THE_CALLER = 'the currency, or the member, says of what; the terms are those of the caller’s own agency';
const OWN_TERMS = same(OF_THE_CALLER);
const TERMS = { feeBp: 100, taxBp: 1_000, dueDays: 14, depositMinor: 0, reserveBp: 0, reserveDays: 0 };

/** Every route with an id in its path that is about money. */
export async function moneyTreatments(system: System, m: TwoSides): Promise<Record<string, Treatments>> {
  const shops = { owner: m.shop, stranger: m.otherShop };
  const agencies = { owner: m.approver, stranger: await system.someone('approver') };
  const officers = { owner: m.officer, stranger: await system.someone('officer') };
  const account = await accounts(system, m);
  const auditors = {
    owner: await system.someone('auditor', m.officer.organisationId),
    stranger: await system.someone('auditor'),
  };
  const ofAgency = (about: About): Treatments => ({
    officer: unknown(officers, about),
    approver: unknown(agencies, about),
    auditor: unknown(auditors, about),
  });
  for (const { organisationId } of [m.shop, m.otherShop]) {
    await m.officer.put(`/api/v1/billing/members/${organisationId}/tax`, { taxBp: 0, ...WHY }).expect(200);
  }
  const run = ofAgency({ ids: { id: m.billed.runId } });
  const invoiceId = { ids: { id: m.billed.invoiceId } };
  const invoice: Treatments = { ...ofAgency(invoiceId), owner: unknown(shops, invoiceId) };
  return {
    'get /api/v1/ledger/accounts/:id': account,
    'get /api/v1/ledger/accounts/:id/entries': account,
    'get /api/v1/ledger/accounts/:id/statement.csv': account,

    'get /api/v1/billing/runs/:id': run,
    'get /api/v1/billing/runs/:id/agreements': run,
    'post /api/v1/billing/runs/:id/start': { officer: run['officer'] ?? [] },
    'get /api/v1/billing/terms/:currency': { officer: OWN_TERMS, approver: OWN_TERMS, auditor: OWN_TERMS },
    'get /api/v1/billing/members/:memberId/tax': ofAgency({ ids: { memberId: m.shop.organisationId } }),
    'delete /api/v1/billing/members/:memberId/tax': {
      officer: unknown(officers, { ids: { memberId: m.otherShop.organisationId } }),
    },
    'put /api/v1/billing/terms/:currency': {
      officer: same(OF_THE_CALLER, { ids: { currency: 'KRW' }, body: TERMS, version: 0 }),
    },
    'put /api/v1/billing/members/:memberId/tax': {
      officer: same(OF_THE_CALLER, { ids: { memberId: m.memberId }, body: { taxBp: 0, ...WHY } }),
    },
    'post /api/v1/billing/grants/:id/end': { officer: unknown(officers, { ids: { id: m.billed.grantId } }) },
    'post /api/v1/billing/grants/:id/vouchers': {
      officer: unknown(officers, { ids: { id: m.billed.grantId }, body: { memberId: m.memberId, lines: 1 } }),
    },
    'post /api/v1/billing/vouchers/:id/redeem': { owner: unknown(shops, { ids: { id: m.billed.voucherId } }) },
    'post /api/v1/billing/left-credits/:id/pay-out': {
      officer: unknown(officers, {
        ids: { id: await paidOutCredit(system, m) },
        body: { minor: 1, bankReference: 'OUT-4' },
      }),
    },
    'get /api/v1/invoices/:id': invoice,
    'get /api/v1/invoices/:id/lines': invoice,
    'get /api/v1/invoices/:id/grants': invoice,
    'get /api/v1/invoices/:id/pdf': invoice,
    'post /api/v1/invoices/:id/credit-notes': {
      approver: unknown(agencies, { ...invoiceId, body: { lines: [{ line: 1, minor: 1 }], ...WHY } }),
    },
  };
}

/** One that was paid out: saying so again, of another booking, is refused to its own agency. */
async function paidOutCredit(system: System, m: TwoSides): Promise<string> {
  const id = randomUUID();
  await system.source.query(
    `insert into left_credit_payment (credit_id, agency_id, provider_id, member_id, currency, subscription_number, minor,
       bank_reference, paid_at) values ($1, $2, $3, $4, 'KRW', 'CO-1', 1, 'OUT-1', app_now())`,
    [id, m.officer.organisationId, m.provider.organisationId, m.shop.organisationId],
  );
  return id;
}

async function accounts(system: System, m: TwoSides): Promise<Treatments> {
  const owed = { memberId: m.shop.organisationId, providerId: m.provider.organisationId };
  await book(system, sale({ ...owed, agencyId: m.officer.organisationId }));
  const [shops, providers] = [
    await accountOf(system, owed.memberId, 'receivable'),
    await accountOf(system, owed.providerId, 'payable'),
  ];
  return {
    owner: unknown({ owner: m.shop, stranger: m.otherShop }, { ids: { id: shops } }),
    bidder: unknown({ owner: m.provider, stranger: m.otherProvider }, { ids: { id: providers } }),
    officer: OVERSIGHT,
    approver: OVERSIGHT,
    auditor: OVERSIGHT,
    admin: OVERSIGHT,
  };
}
