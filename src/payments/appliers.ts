/** What payments do when Stripe tells of something: each locks its row, reads the object again, and applies it. */
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Deed } from '../platform/deeds/deeds.js';
import { ChargesService, lockDeposit } from './charges.service.js';
import { lockCollections } from './collection-rows.js';
import { lockRefund } from './refund-rows.js';
import { lockPaid, ReturnsService } from './returns.service.js';
import { StripeGateway } from './stripe-gateway.js';
import { StripeObjects } from './stripe-objects.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

@Injectable()
export class StripeAppliers implements OnModuleInit {
  constructor(
    private readonly objects: StripeObjects,
    private readonly gateway: StripeGateway,
    private readonly charges: ChargesService,
    private readonly returns: ReturnsService,
  ) {}

  onModuleInit(): void {
    this.objects.register('invoice', (deed, id) => this.invoice(deed, id));
    this.objects.register('payment_intent', (deed, id) => this.paymentIntent(deed, id));
    this.objects.register('refund', (deed, id) => this.refund(deed, id));
    this.objects.register('dispute', (deed, id) => this.dispute(deed, id));
  }

  private async invoice(deed: Deed, id: string): Promise<void> {
    // An invoice that was made again is named by ours and the number of the attempt.
    const ours = idOf((await this.gateway.retrieveInvoice(id)).metadata['invoiceId']?.slice(0, 36));
    if (ours === null) return;
    const [row] = await lockCollections(deed.tx, [ours]);
    if (row) await this.charges.applyInvoice(deed, row, await this.gateway.retrieveInvoice(id));
  }

  /** Of a deposit; those of invoices are told by their invoice. */
  private async paymentIntent(deed: Deed, id: string): Promise<void> {
    const ours = idOf((await this.gateway.retrievePaymentIntent(id)).metadata['depositId']);
    const row = ours === null ? null : await lockDeposit(deed, ours);
    if (row) await this.charges.applyDeposit(deed, row, await this.gateway.retrievePaymentIntent(id));
  }

  private async refund(deed: Deed, id: string): Promise<void> {
    const told = await this.gateway.retrieveRefund(id);
    const rows: { id: string }[] = await deed.tx.query('select id from refund where stripe_refund = $1', [id]);
    const ours = rows[0]?.id ?? idOf(told.metadata['refundId']);
    if (ours === null) {
      await this.bring(deed, told.paymentIntent);
      await lockPaid(deed, told.paymentIntent);
    }
    const row = await lockRefund(deed, ours ?? (await this.returns.adopt(deed, told)) ?? NOTHING);
    if (row) await this.returns.applyRefund(deed, row, await this.gateway.retrieveRefund(id));
  }

  private async dispute(deed: Deed, id: string): Promise<void> {
    const told = await this.gateway.retrieveDispute(id);
    await this.bring(deed, told.paymentIntent);
    const paid = await lockPaid(deed, told.paymentIntent);
    if (paid) await this.returns.applyDispute(deed, paid, await this.gateway.retrieveDispute(id));
  }

  /** Money may be told to be gone before anybody has told that it came: then its payment is received first. */
  private async bring(deed: Deed, paymentIntent: string | null): Promise<void> {
    if (paymentIntent === null || (await lockPaid(deed, paymentIntent)) !== null) return;
    await this.paymentIntent(deed, paymentIntent);
    const invoice = await this.gateway.invoiceOf(paymentIntent);
    if (invoice !== null) await this.invoice(deed, invoice);
  }
}

const NOTHING = '00000000-0000-0000-0000-000000000000';

function idOf(text: string | undefined): string | null {
  return text !== undefined && UUID.test(text) ? text : null;
}
