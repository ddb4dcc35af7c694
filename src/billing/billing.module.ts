import { Module } from '@nestjs/common';
import { BillingQueries } from './billing.queries.js';

@Module({ providers: [BillingQueries], exports: [BillingQueries] })
export class BillingModule {}
