import { deriveId } from '@sluice/clock';
import type { EventMap, EventType } from '@sluice/contracts';
import { localCodec } from '@sluice/contracts/testing';
import { toWire, type EventRecord, type EventStrategy } from '@sluice/messaging';
import { startConsumers, type InMemoryBroker } from '@sluice/messaging/testing';
import type { CommandType } from '../emitted-events.ts';

type CommandRequested = EventMap[CommandType];

const outcomeTypes: Readonly<Record<CommandType, EventType>> = {
  'sluice.zoho.v1.CommandRequested': 'sluice.zoho.v1.CommandCompleted',
  'sluice.commerce.v1.CommandRequested': 'sluice.commerce.v1.CommandCompleted',
  'sluice.cybersource.v1.CommandRequested': 'sluice.cybersource.v1.CommandCompleted',
};

const topics = ['zoho.commands.v1', 'commerce.commands.v1', 'cybersource.commands.v1'];

const outputs: Readonly<Record<string, object>> = {
  'zoho.books.upsertContact:1.0.0': { contactId: '46001' },
  'zoho.inventory.upsertItems:1.0.0': { itemIds: { TEA: '46003' } },
  'zoho.books.createInvoice:1.0.0': { invoiceId: '46005', invoiceNumber: 'INV-1' },
};

/** Answers every command with success, as often as it is told to repeat itself. */
export class TestGateway {
  readonly performed: CommandRequested[] = [];
  /** Outcomes sent for each command; more than one repeats it under another event id. */
  repeats = 1;
  readonly #broker: InMemoryBroker;
  #strategy: EventStrategy | undefined;

  constructor(broker: InMemoryBroker) {
    this.#broker = broker;
    for (const topic of topics) broker.createTopic(`${topic}.test.gateway.dlt`, 1);
  }

  async start(): Promise<void> {
    const types = Object.keys(outcomeTypes) as CommandType[];
    const codec = await localCodec();
    const options = {
      topic: topics,
      group: 'test.gateway',
      types,
      onFailure: 'dead-letter',
    } as const;
    const setting = { broker: this.#broker, publisher: this.#broker, codec };
    this.#strategy = await startConsumers(setting, [
      {
        options,
        handle: async (deliveries) => {
          for (const { event } of deliveries) {
            const command = event.data as CommandRequested;
            this.performed.push(command);
            const outcomes = Array.from({ length: this.repeats }, (_, index) =>
              toWire(outcomeOf(event.type as CommandType, command, index), codec),
            );
            await this.#broker.publish(outcomes);
          }
        },
      },
    ]);
  }

  async stop(): Promise<void> {
    await this.#strategy?.close();
  }

  /** Functions performed for an order, in their order. */
  functionsOf(orderId: string): readonly string[] {
    return this.performed
      .filter(({ businessKey }) => businessKey === orderId)
      .map(({ function: name }) => name.replace(':1.0.0', ''));
  }
}

/** An event as another service would publish it. */
export function recordOf<T extends EventType>(
  type: T,
  data: EventMap[T],
  envelope: { readonly key: string; readonly id: string },
): EventRecord<T> {
  return { ...envelope, type, source: 'test', tenant: 'demo', time: 1_768_478_400_000_000n, data };
}

function outcomeOf(type: CommandType, command: CommandRequested, index: number): EventRecord {
  const data: EventMap['sluice.zoho.v1.CommandCompleted'] = {
    commandId: command.commandId,
    effectKey: command.effectKey,
    function: command.function,
    status: 'SUCCEEDED',
    output: JSON.stringify(outputs[command.function] ?? {}),
    errorType: null,
    errorDetail: '',
    runId: command.runId,
    task: command.task,
    businessKey: command.businessKey,
    attempts: 1n,
    completedAt: command.requestedAt,
  };
  const id = deriveId(command.commandId, 'outcome', String(index));
  return recordOf(outcomeTypes[type], data, { key: command.businessKey, id });
}
