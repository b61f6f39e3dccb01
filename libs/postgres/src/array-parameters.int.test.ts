import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { arrayParameter } from './index.ts';
import { type FreshDatabase, freshDatabase } from './testing/index.ts';

describe('arrayParameter', () => {
  let database: FreshDatabase;

  beforeAll(async () => {
    database = await freshDatabase(inject('databaseUrl'));
  });

  afterAll(async () => {
    await database.close();
  });

  async function echo(type: string, parameter: Buffer): Promise<unknown> {
    const [row]: { given: unknown }[] = await database.dataSource.query(
      `select $1::${type}[] as given`,
      [parameter],
    );
    return row?.given;
  }

  it('keeps texts as they are, whatever they hold', async () => {
    const texts = [
      'plain',
      '',
      '"quoted", {braced}',
      'back\\slash',
      'null',
      'NULL',
      'žluťoučký 🐎',
    ];

    expect(await echo('text', arrayParameter.text(texts))).toEqual(texts);
  });

  it('keeps bytes as they are', async () => {
    const bytes = [Buffer.from([0, 1, 255]), Buffer.alloc(0), Buffer.from('\\x41')];

    expect(await echo('bytea', arrayParameter.bytea(bytes))).toEqual(bytes);
  });

  it('keeps numbers up to the bounds of their types', async () => {
    expect(await echo('smallint', arrayParameter.smallint([-32_768, 0, 32_767]))).toEqual([
      -32_768, 0, 32_767,
    ]);
    expect(await echo('int', arrayParameter.int([-2_147_483_648, 2_147_483_647]))).toEqual([
      -2_147_483_648, 2_147_483_647,
    ]);
    expect(await echo('bigint', arrayParameter.bigint([-(2n ** 63n), 2n ** 63n - 1n]))).toEqual([
      '-9223372036854775808',
      '9223372036854775807',
    ]);
  });

  it('keeps nulls apart from empty elements', async () => {
    expect(await echo('text', arrayParameter.text([null, '', null]))).toEqual([null, '', null]);
    expect(await echo('bytea', arrayParameter.bytea([null, Buffer.alloc(0)]))).toEqual([
      null,
      Buffer.alloc(0),
    ]);
    expect(await echo('bigint', arrayParameter.bigint([1n, null]))).toEqual(['1', null]);
  });

  it('sends an empty array', async () => {
    expect(await echo('text', arrayParameter.text([]))).toEqual([]);
    expect(await echo('int', arrayParameter.int([]))).toEqual([]);
  });

  it('is refused by a parameter of another type', async () => {
    await expect(echo('bigint', arrayParameter.text(['1']))).rejects.toThrow(
      'array element type 25',
    );
  });
});
