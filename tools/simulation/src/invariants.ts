/** The promises that every history is held to, by their number. */
export const invariants: Readonly<Record<number, string>> = {
  0: 'No error is left that nobody catches.',
  1: 'Every acknowledged notification and every payment at the provider has exactly one event and one entry, or waits for people.',
  2: 'Per derived key there is at most one payment, refund or entry at a third party.',
  3: 'Per capture the refunds at the provider stay within what was captured, and are those that we say have succeeded.',
  4: 'Per currency, to the minor unit: what was asked is what was paid, and payments less refunds are what the bookkeeper has.',
  5: 'Every notification that was answered 200 is stored byte for byte.',
  6: 'Nothing comes from nothing: everything at a third party traces back to a wish, and no forged notification or redirect is believed.',
  7: 'What is unknown is looked up before it is sent again.',
  8: 'No terminal state is left, a payment never goes back, epochs only grow.',
  9: 'Events of one key are applied in the order of their versions, none is skipped; later ones wait behind a parked one.',
  10: 'After the last fault everything ends within a quarter of an hour, or waits for people for a reason that only they can judge.',
  11: 'Every message was applied once, was a repetition, waits, or is a dead letter; each quarantined key has a dead letter.',
  12: 'Every committed row of the outbox is on its topic, first in its order, and no event is without a row.',
  15: 'Third parties never see more calls than they allow.',
  16: 'The same seed has the same history.',
};
