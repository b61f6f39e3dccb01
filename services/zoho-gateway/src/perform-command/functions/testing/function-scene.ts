import type { Output } from '@sluice/commands';
import { FakeClock } from '@sluice/clock/testing';
import { FakeZohoGateway } from '../../../gateways/fake-zoho.gateway.ts';
import { ReferenceData } from '../../reference-data.ts';
import type { FunctionCall, ZohoFunction } from '../../zoho-function.ts';
import { allFunctions } from '../all-functions.ts';

/** Every function on a Zoho in memory, and ways to run them. */
export interface FunctionScene {
  readonly zoho: FakeZohoGateway;
  readonly all: readonly ZohoFunction[];
  run(name: string, values: Record<string, unknown>, attempt?: number): Promise<Output>;
  lookUp(name: string, values: Record<string, unknown>): Promise<readonly Output[]>;
}

/** Makes a scene with an empty Zoho. */
export function setUp(): FunctionScene {
  const zoho = new FakeZohoGateway();
  const reference = new ReferenceData(zoho, new FakeClock(), 'Cybersource Clearing {currency}');
  const all = allFunctions(zoho, reference, {
    uniqueField: 'cf_sluice_key',
    departmentId: '1180000000000000900',
  });
  const find = (name: string): ZohoFunction => {
    const found = all.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no function ${name}`);
    return found;
  };
  const run = (name: string, values: Record<string, unknown>, attempt = 1): Promise<Output> => {
    const call: FunctionCall = {
      attempt,
      createUntilMs: 4_000,
      sub: (part, _suffix, input) => run(part, { ...input }),
    };
    return find(name).send(values, call);
  };
  const lookUp = async (name: string, values: Record<string, unknown>) =>
    (await find(name).lookUp?.(values)) ?? [];
  return { zoho, all, run, lookUp };
}
