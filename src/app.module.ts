import { type DynamicModule, Module } from '@nestjs/common';
import { AuctionsModule } from './auctions/auctions.module.js';
import { AwardsModule } from './awards/awards.module.js';
import { BillingModule } from './billing/billing.module.js';
import { CatalogueModule } from './catalogue/catalogue.module.js';
import { ContractsModule } from './contracts/contracts.module.js';
import { IdentityModule } from './identity/identity.module.js';
import { LedgerModule } from './ledger/ledger.module.js';
import type { Settings } from './platform/config/settings.js';
import { PaymentsModule } from './payments/payments.module.js';
import { PlatformModule } from './platform/platform.module.js';
import { PoolsModule } from './pools/pools.module.js';
import { SubscriptionsModule } from './subscriptions/subscriptions.module.js';
import { TendersModule } from './tenders/tenders.module.js';

/** The table of contents: every room of the house, from the ground up. */
@Module({})
export class AppModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.with(settings),
        IdentityModule,
        CatalogueModule,
        PoolsModule,
        TendersModule,
        AuctionsModule,
        AwardsModule,
        ContractsModule,
        SubscriptionsModule,
        LedgerModule,
        BillingModule,
        PaymentsModule,
      ],
    };
  }
}
