import { Module } from '@nestjs/common';
import { StripeClient } from './stripe-client.js';
import { StripeGateway } from './stripe-gateway.js';
import { StripeObjects } from './stripe-objects.js';
import { StripePayouts } from './stripe-payouts.js';

@Module({
  providers: [StripeClient, StripeGateway, StripeObjects, StripePayouts],
})
export class PaymentsModule {}
