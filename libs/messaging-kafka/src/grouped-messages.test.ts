import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { GroupedMessages, type PlacedMessage } from './grouped-messages.ts';

type Group = (given: {
  readonly topic: string;
  readonly partitionMetadata: readonly unknown[];
  readonly messages: readonly PlacedMessage[];
  readonly partitioner: (given: { readonly message: PlacedMessage }) => number;
}) => Record<number, PlacedMessage[]>;

const load = createRequire(import.meta.url);
const kafkajsGroup = load('kafkajs/src/producer/groupMessagesPerPartition.js') as Group;
const place: Parameters<Group>[0]['partitioner'] = ({ message }) => message.partition;

function groupsOf(messages: readonly PlacedMessage[], partitioner = place): unknown {
  return kafkajsGroup({ topic: 'orders.v1', partitionMetadata: [{}], messages, partitioner });
}

describe('GroupedMessages', () => {
  it('gives kafkajs the groups that it would have made, in the same order', () => {
    const partitions = fc.array(fc.nat({ max: 11 }), { maxLength: 200 });
    fc.assert(
      fc.property(partitions, (places) => {
        const plain = places.map((partition, index) => ({ value: String(index), partition }));

        expect(groupsOf(GroupedMessages.from(plain))).toEqual(groupsOf(plain));
      }),
    );
  });

  it('asks nobody for the partition of a message that has one', () => {
    const partitioner = vi.fn(place);

    groupsOf(GroupedMessages.from([{ value: 'a', partition: 3 }]), partitioner);

    expect(partitioner).not.toHaveBeenCalled();
  });

  it('is an array in every other way', () => {
    const messages = GroupedMessages.from([{ value: 'a', partition: 3 }]);

    expect(messages).toHaveLength(1);
    expect(messages.map(({ value }) => value).constructor).toBe(Array);
    expect(messages.find(({ value }) => value === undefined)).toBeUndefined();
  });
});
