import type { Readable } from 'node:stream';
import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { IdOf } from '../platform/http/ids.js';
import type { Actor } from '../kernel/actor.js';
import { CsvBody } from '../platform/http/csv-body.js';
import { PageQuery } from '../platform/http/fields.js';
import { Acting, May } from '../platform/http/request.js';
import { AssignBody, BankImported, BankReceiptPage, BankReceiptView, BookingBody, ReceiptsQuery } from './bank.dto.js';
import { BankService } from './bank.service.js';
import { readBankSheet } from './bank-sheet.js';
import { PaymentPage, WhyBody } from './collections.dto.js';
import { PaymentsQueries } from './payments.queries.js';
import { kept } from './rules/bank-row.js';
import { numbersIn } from './rules/bank-text.js';

@Controller('api/v1/payments')
export class PaymentsController {
  constructor(
    private readonly source: DataSource,
    private readonly queries: PaymentsQueries,
    private readonly bank: BankService,
  ) {}

  /** Payments for invoices and deposits: a member's own, all that the agency received. */
  @May('payments.read')
  @Get()
  async list(@Acting() actor: Actor, @Query() query: PageQuery): Promise<PaymentPage> {
    return this.queries.payments(this.source.manager, actor, query);
  }

  /** Bookings of the agency's bank; `only=left` are those of which something is nobody's yet. */
  @May('payments.read-bank')
  @Get('bank')
  async receipts(@Acting() actor: Actor, @Query() query: ReceiptsQuery): Promise<BankReceiptPage> {
    return this.queries.receipts(this.source.manager, actor, query);
  }

  /** Records money that came in at the agency's bank. It pays what its text names: invoices and deposits by number. */
  @May('payments.record')
  @Post('bank')
  async record(@Acting() actor: Actor, @Body() body: BookingBody): Promise<BankReceiptView> {
    const { reference, bookedOn, currency, minor, text } = body;
    return this.bank.record(actor, {
      reference,
      bookedOn,
      currency,
      minor,
      text: kept(text),
      numbers: numbersIn(text),
    });
  }

  /**
   * Imports a statement of the agency's bank with the columns reference (the bank's own, of the booking), booked_on, amount
   * (such as 55.00; negative when it went out), currency and text: all of it or nothing. A booking that is known is passed
   * over.
   */
  @May('payments.import-statement')
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string' } })
  @HttpCode(200)
  @Post('bank-statements')
  async import(@Acting() actor: Actor, @CsvBody() file: Readable): Promise<BankImported> {
    return this.bank.import(actor, await readBankSheet(file));
  }

  /** Says what the rest of a booking is for. */
  @May('payments.assign')
  @HttpCode(200)
  @Post('bank/:id/assign')
  async assign(
    @Acting() actor: Actor,
    @IdOf('bank-receipt') id: string,
    @Body() body: AssignBody,
  ): Promise<BankReceiptView> {
    return this.bank.assign(actor, id, body);
  }

  /**
   * Notes that the rest of a booking was sent back to whoever it came from, or is in the books otherwise, such as what Stripe
   * has paid out. It books nothing.
   */
  @May('payments.send-back')
  @HttpCode(200)
  @Post('bank/:id/send-back')
  async sendBack(
    @Acting() actor: Actor,
    @IdOf('bank-receipt') id: string,
    @Body() { why }: WhyBody,
  ): Promise<BankReceiptView> {
    return this.bank.sendBack(actor, id, why);
  }
}
