import { type ValidationError, ValidationPipe } from '@nestjs/common';
import { type Fault, invalid } from '../../kernel/refusal.js';

function faultsOf(errors: readonly ValidationError[], prefix = ''): Fault[] {
  return errors.flatMap((error) => {
    const path = prefix + error.property;
    const own = Object.values(error.constraints ?? {}).map((reason) => ({ path, reason }));
    return [...own, ...faultsOf(error.children ?? [], `${path}.`)];
  });
}

/** Checks bodies and queries against their class-validator shapes; unknown members are refused, not dropped. */
export function validation(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    stopAtFirstError: true,
    exceptionFactory: (errors) => {
      const faults = faultsOf(errors);
      const first = faults[0];
      const rest = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
      return invalid(
        'input.invalid',
        `${first?.path ?? 'The input'}: ${first?.reason ?? 'does not fit'}${rest}.`,
        faults,
      );
    },
  });
}
