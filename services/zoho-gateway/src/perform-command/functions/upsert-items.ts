import { asText, type ZohoObject } from '../../domain/zoho-json.ts';
import { objectArgument, textArgument, type Arguments, type Output } from '@sluice/commands';
import { errors } from '../../errors.ts';
import { financeModules, idOf, type FinanceRecords } from '../finance-records.ts';
import { ZohoFunction, type FunctionCall } from '../zoho-function.ts';

const target = financeModules.items;
const itemsMax = 200;
const itemName = 'zoho.inventory.upsertItem';

/** Makes sure that every article exists in Inventory; each one is an effect of its own. */
export class UpsertItems extends ZohoFunction {
  override readonly name = 'zoho.inventory.upsertItems:1.0.0';
  override readonly effectClass = 'B';

  override async send(values: Arguments, call: FunctionCall): Promise<Output> {
    const bodies = itemBodies(values['items']);
    const itemIds: Record<string, unknown> = {};
    // One after the other: the articles of one order must not eat the rate budget of all.
    for (const [sku, body] of bodies) {
      const output = await call.sub(itemName, sku, { uniqueValue: sku, body });
      itemIds[sku] = output['itemId'];
    }
    return { itemIds };
  }
}

/**
 * Makes sure that one article exists.
 *
 * An article that is there, made by Sluice or by the merchant, is left as it is: its price and name
 * are the merchant's.
 */
export class UpsertItem extends ZohoFunction {
  override readonly name = itemName;
  override readonly effectClass = 'B';
  private readonly records: FinanceRecords;

  constructor(records: FinanceRecords) {
    super();
    this.records = records;
  }

  override async send(values: Arguments): Promise<Output> {
    const [existing] = await this.lookUp(values);
    if (existing !== undefined) return existing;
    const uniqueValue = textArgument(values, 'uniqueValue');
    const body = objectArgument(values, 'body');
    return outputOf(await this.records.upsert(target, uniqueValue, { body }));
  }

  override async lookUp(values: Arguments): Promise<readonly Output[]> {
    const sku = textArgument(values, 'uniqueValue');
    const found = await this.records.search(target, { sku });
    return found.filter((item) => asText(item['sku']) === sku).map(outputOf);
  }
}

function outputOf(item: ZohoObject): Output {
  return { itemId: idOf(target, item) };
}

function itemBodies(items: unknown): ReadonlyMap<string, Record<string, unknown>> {
  const list = Array.isArray(items) ? (items as unknown[]) : [];
  const bodies = new Map<string, Record<string, unknown>>();
  for (const item of list) {
    const body = typeof item === 'object' && item !== null ? (item as Record<string, unknown>) : {};
    if (typeof body['sku'] !== 'string' || body['sku'] === '') throw invalid('an item has no sku');
    bodies.set(body['sku'], body);
  }
  if (list.length > itemsMax) throw invalid(`more than ${itemsMax} items`);
  return bodies;
}

function invalid(why: string) {
  return errors.failure('COMMAND_INVALID', {
    detail: `Command zoho.inventory.upsertItems:1.0.0: ${why}.`,
  });
}
