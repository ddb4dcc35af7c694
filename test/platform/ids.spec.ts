/** What is marked as an id in bodies and queries has one text everywhere, as ids in paths have, and is described as one. */
import { randomUUID } from 'node:crypto';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage } from 'class-validator';
import '../../src/app.module.js';

interface Marked {
  readonly target: new () => object;
  readonly propertyName: string;
  readonly name?: string;
  readonly each: boolean;
}

function ids(): Marked[] {
  // Its type does not tell that it can be gone through.
  const { validationMetadatas } = getMetadataStorage() as unknown as { validationMetadatas: Map<unknown, Marked[]> };
  return [...validationMetadatas.values()].flat().filter(({ name }) => name === 'isUuid');
}

const nameOf = ({ target, propertyName }: Marked): string => `${target.name}.${propertyName}`;

it('an id in capitals is read in small letters', () => {
  expect(ids().length).toBeGreaterThan(15);
  const kept = ids().filter(({ target, propertyName, each }) => {
    const id = randomUUID();
    const given = { [propertyName]: each ? [id.toUpperCase()] : id.toUpperCase() };
    const read = plainToInstance(target, given) as Record<string, unknown>;
    return String(read[propertyName]) !== id;
  });
  expect(kept.map(nameOf)).toEqual([]);
});

it('an id is described as one', () => {
  const described = ({ target, propertyName }: Marked) =>
    Reflect.getMetadata('swagger/apiModelProperties', target.prototype as object, propertyName) as
      { readonly format?: string } | undefined;
  const bare = ids().filter((each) => !each.each && described(each)?.format !== 'uuid');
  expect(bare.map(nameOf)).toEqual([]);
});
