/** What is marked as an id in bodies and queries has one text everywhere, as ids in paths have. */
import { randomUUID } from 'node:crypto';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage } from 'class-validator';
import '../../src/app.module.js';

interface Checked {
  readonly target: (new () => object) | string;
  readonly propertyName: string;
  readonly name?: string;
  readonly each: boolean;
}

it('an id in capitals is read in small letters', () => {
  // Its type does not tell that it can be gone through.
  const { validationMetadatas } = getMetadataStorage() as unknown as {
    validationMetadatas: Map<unknown, readonly Checked[]>;
  };
  const ids = [...validationMetadatas.values()].flat().filter(({ name }) => name === 'isUuid');
  expect(ids.length).toBeGreaterThan(15);
  const kept: string[] = [];
  for (const { target, propertyName, each } of ids) {
    if (typeof target === 'string') continue;
    const id = randomUUID();
    const given = { [propertyName]: each ? [id.toUpperCase()] : id.toUpperCase() };
    const read = plainToInstance(target, given) as Record<string, unknown>;
    if (String(read[propertyName]) !== id) kept.push(`${target.name}.${propertyName}`);
  }
  expect(kept).toEqual([]);
});
