/** Takes charges of an invoice back: an invoice is never changed. */
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/actor.js';
import { dayOf } from '../kernel/calendar.js';
import type { Minor } from '../kernel/money.js';
import { notFound, refuse, unless } from '../kernel/refusal.js';
import { moneyText } from '../contracts/rules/plain-text.js';
import { OrganisationsQueries } from '../identity/organisations.queries.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { type Deed, Deeds } from '../platform/deeds/deeds.js';
import { Mail } from '../platform/mail/mail.js';
import { creditNoteIssued } from './billing.events.js';
import { writeGrantsBack } from './grant-writing.js';
import { type Issue, type NewInvoice, takeNumbers, writeInvoices } from './invoice-writing.js';
import type { InvoiceView, IssueCreditNote, WholeInvoice } from './invoices.dto.js';
import { InvoicesQueries, type Reader } from './invoices.queries.js';
import { bookingsOf } from './rules/bookings.js';
import { sumOf } from './rules/charges.js';
import { type Creditable, creditTotals, whyNotCredit, wishesUpTo } from './rules/credit-notes.js';
import type { Grant } from './rules/grants.js';
import type { InvoiceTotals, Share } from './rules/totals.js';

@Injectable()
export class CreditNotesService {
  constructor(
    private readonly deeds: Deeds,
    private readonly invoices: InvoicesQueries,
    private readonly organisations: OrganisationsQueries,
    private readonly ledger: LedgerService,
    private readonly mail: Mail,
  ) {}

  /**
   * Issues a credit note of the actor's agency, books it, and announces it.
   * @throws Refusal 'invoice.not-found', 'credit-note.of-credit-note', 'credit-note.invalid'
   */
  async issue(actor: Actor, invoiceId: string, { lines, why }: IssueCreditNote): Promise<InvoiceView> {
    return this.deeds.run(actor, 'billing.credit', { invoiceId, lines, why }, async (deed) => {
      const invoice = await this.held(deed, actor, invoiceId);
      if (invoice.kind === 'credit-note') {
        throw refuse('credit-note.of-credit-note', 'A credit note takes back charges of an invoice: name that.');
      }
      const creditable = await creditableOf(deed, invoice);
      unless(whyNotCredit(creditable, lines));
      const id = await this.write(deed, invoice, creditable, lines, why);
      return this.invoices.one(deed.tx, actor, id);
    });
  }

  /**
   * Takes back what an agency's invoice charged under an agreement, up to an amount, net of tax.
   * @returns how much of it, in minor units: less when no more is left of these charges
   */
  async giveBack(
    deed: Deed,
    agencyId: string,
    { invoiceId, agreementId, upTo, why }: { invoiceId: string; agreementId: string; upTo: Minor; why: string },
  ): Promise<Minor> {
    const invoice = await this.held(deed, { organisationId: agencyId, organisationKind: 'agency' }, invoiceId);
    const creditable = await creditableOf(deed, invoice);
    const own = new Set(invoice.lines.flatMap((line) => (line.agreementId === agreementId ? [line.position] : [])));
    const lines = wishesUpTo(creditable, upTo, ({ position }) => own.has(position));
    if (lines.length > 0) await this.write(deed, invoice, creditable, lines, why);
    return sumOf(lines);
  }

  /** Invoices are never written again, so nobody can lock one: whoever credits the same waits here. */
  private async held(deed: Deed, reader: Reader, invoiceId: string): Promise<WholeInvoice> {
    await deed.tx.query(`select pg_advisory_xact_lock(hashtextextended('credit ' || $1, 0))`, [invoiceId]);
    return this.invoices.whole(deed.tx, reader, invoiceId);
  }

  /** @returns the id of the credit note */
  private async write(
    deed: Deed,
    invoice: WholeInvoice,
    creditable: Creditable,
    lines: IssueCreditNote['lines'],
    why: string,
  ): Promise<string> {
    const totals = creditTotals(creditable, lines);
    const note = noteOf(invoice, totals, lines, why);
    const names = await this.organisations.names(deed.tx, [invoice.issuerId]);
    const issue = issueOf(invoice, names.get(invoice.issuerId) ?? invoice.issuerName, deed.now);
    const [number = ''] = await takeNumbers(deed.tx, issue, 1);
    await writeInvoices(deed.tx, issue, [note], [number]);
    await writeGrantsBack(
      deed.tx,
      totals.grants.map((grant) => ({ ...grant, invoiceId: note.id })),
    );
    const { issuerId, memberId, currency } = invoice;
    const memo = `Credit note ${number} for ${invoice.number}`;
    await this.ledger.post(
      deed,
      bookingsOf({ id: note.id, kind: 'credit-note', memo, issuerId, memberId, currency, totals }),
    );
    const { net, total } = totals;
    await deed.record({ type: 'invoice', id: invoice.id }, { creditNoteId: note.id, number, net, total }, why);
    await deed.announce(creditNoteIssued, { creditNoteId: note.id });
    return note.id;
  }

  /** Tells the member of a credit note. */
  async tell({ tx }: Deed, creditNoteId: string): Promise<void> {
    const rows: { number: string; invoice: string; total: Minor; currency: string; why: string; email: string }[] =
      await tx.query(
        `select n.number, i.number as invoice, n.total_minor as total, n.currency::text as currency, n.why, m.email
         from invoice n join invoice i on i.id = n.credits_invoice_id
           join organisation_mailbox m on m.organisation_id = n.member_id
         where n.id = $1 order by m.email`,
        [creditNoteId],
      );
    await this.mail.send(
      tx,
      rows.map(({ number, invoice, total, currency, why, email }) => ({
        to: email,
        subject: `Credit note ${number}: ${moneyText(total, currency)}`,
        text: `Of your invoice ${invoice}, ${moneyText(total, currency)} are taken back by the credit note ${number}.\n\nThe reason: ${why}\n`,
        about: `invoice ${creditNoteId}`,
      })),
    );
  }
}

async function creditableOf({ tx }: Deed, invoice: WholeInvoice): Promise<Creditable> {
  const shares: Share[] = await tx.query(
    `select provider_id as "providerId", net_minor as net, fee_minor as fee, payable_minor as payable
     from invoice_share where invoice_id = $1 order by provider_id`,
    [invoice.id],
  );
  const grants: Grant[] = await tx.query(
    `select g.scheme_id as "schemeId", g.subscription_id as "subscriptionId", g.months, g.lines, g.minor
     from invoice_grant g join grant_scheme s on s.id = g.scheme_id
     where g.invoice_id = $1 order by g.subscription_id, s.sequence`,
    [invoice.id],
  );
  return {
    net: invoice.netMinor,
    tax: invoice.taxMinor,
    shares,
    grants,
    lines: invoice.lines.map(({ creditedMinor, ...line }) => ({ ...line, credited: creditedMinor })),
  };
}

function noteOf(
  invoice: WholeInvoice,
  totals: InvoiceTotals,
  wishes: IssueCreditNote['lines'],
  why: string,
): NewInvoice {
  return {
    id: randomUUID(),
    kind: 'credit-note',
    creditsInvoiceId: invoice.id,
    runId: null,
    memberId: invoice.memberId,
    memberName: invoice.memberName,
    taxBp: invoice.taxBp,
    totals,
    why,
    lines: wishes.map(({ line, minor }) => {
      const credited = invoice.lines.find(({ position }) => position === line);
      if (!credited) throw notFound('line');
      const {
        subscriptionId,
        subscriptionNumber,
        agreementId,
        providerId,
        kind,
        text,
        quantity,
        unitMinor,
        month,
        days,
      } = credited;
      return {
        subscriptionId,
        number: subscriptionNumber,
        agreementId,
        providerId,
        kind,
        text,
        quantity,
        unit: unitMinor,
        month,
        days,
        minor,
        creditsPosition: line,
      };
    }),
  };
}

function issueOf({ issuerId, currency, month }: InvoiceView, issuerName: string, now: Date): Issue {
  const day = dayOf(now);
  const year = Number(day.slice(0, 4));
  return { kind: 'credit-note', issuerId, issuerName, currency, month, issuedAt: now, dueOn: day, year };
}
