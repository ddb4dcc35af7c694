import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { Settings } from '../config/settings.js';
import { JobSource } from './job-source.js';
import { preparedClient } from './prepared-client.js';

/**
 * A connection that has worked knows the tables and has plans: a deed on one that is opened anew takes some milliseconds
 * longer. So the driver's ten seconds are too few, where people and deeds come minutes apart.
 */
const IDLE_MILLIS = 600_000;

/** Money and counters arrive as bigint instead of the driver's strings; everything else as usual. */
const types = {
  getTypeParser: (...[oid, format]: Parameters<typeof pg.types.getTypeParser>): unknown =>
    oid === pg.types.builtins.INT8 && format !== 'binary' ? BigInt : pg.types.getTypeParser(oid, format),
};

@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [Settings],
      useFactory: (settings: Settings) => ({
        type: 'postgres' as const,
        url: settings.DATABASE_URL ?? '',
        autoLoadEntities: true,
        synchronize: false,
        logging: false,
        retryAttempts: 3,
        extra: {
          max: settings.PUMASI_POOL,
          types,
          Client: preparedClient(),
          connectionTimeoutMillis: 10_000,
          idleTimeoutMillis: IDLE_MILLIS,
          idle_in_transaction_session_timeout: 600_000,
          application_name: 'pumasi',
          // Compiling a plan costs more than it saves on statements over at most some hundred thousand rows.
          options: '-c jit=off',
        },
      }),
    }),
  ],
  providers: [
    {
      provide: JobSource,
      inject: [DataSource, Settings],
      useFactory: (source: DataSource, settings: Settings) => JobSource.beside(source, settings.PUMASI_JOB_POOL),
    },
  ],
  exports: [JobSource],
})
export class DatabaseModule {}
