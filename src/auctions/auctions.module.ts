import type { IncomingMessage } from 'node:http';
import { type MiddlewareConsumer, Module, type NestModule, RequestMethod } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { IdentityModule } from '../identity/identity.module.js';
import { TendersModule } from '../tenders/tenders.module.js';
import { Auction } from './auction.entity.js';
import { AuctionsController } from './auctions.controller.js';
import { AuctionsJobs } from './auctions.jobs.js';
import { AuctionsQueries } from './auctions.queries.js';
import { AuctionsService } from './auctions.service.js';
import { Reception } from './reception.js';
import { SealedBid } from './sealed-bid.entity.js';
import { Sealing } from './sealing.js';

@Module({
  imports: [TypeOrmModule.forFeature([Auction, SealedBid]), IdentityModule, TendersModule],
  controllers: [AuctionsController],
  providers: [AuctionsService, AuctionsQueries, AuctionsJobs, Reception, Sealing],
  exports: [AuctionsService, AuctionsQueries],
})
export class AuctionsModule implements NestModule {
  constructor(private readonly reception: Reception) {}

  configure(consumer: MiddlewareConsumer): void {
    consumer
      .apply((request: IncomingMessage, _response: unknown, next: () => void) => {
        this.reception.note(request);
        next();
      })
      .forRoutes(
        { path: 'api/v1/tenders/:id/bids', method: RequestMethod.POST },
        { path: 'api/v1/bids/:id/withdraw', method: RequestMethod.POST },
      );
  }
}
