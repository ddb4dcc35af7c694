import { IsInstant } from './fields.js';

export class AdvanceClock {
  /** the instant to move to, with its zone; an instant that has passed changes nothing */
  @IsInstant()
  to!: Date;
}

export class ClockReading {
  now!: Date;
}
